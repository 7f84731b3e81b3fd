// Package surveytest has booking sites to look at, for tests: a page of a content system with thirty files, and an application of one page.
package surveytest
