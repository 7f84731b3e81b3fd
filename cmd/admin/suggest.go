package main

import "github.com/einlass/einlass/internal/suggest"

// nearest is the word of a list that is most like one that was typed, if one is near: about a third of it is different.
func nearest(typed string, list []string) string { return suggest.Nearest(typed, list, len(typed)/3+1) }
