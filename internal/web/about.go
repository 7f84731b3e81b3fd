package web

import (
	"fmt"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
)

// about is what the head of a language's file says about its sentences: not what pages show, but what the sentences are held to.
type about struct {
	// Reviewed is whether the readers for whom the language is made have read and signed it. Nothing: nobody has to. False: every
	// page says that it is not reviewed.
	Reviewed *bool `yaml:"reviewed"`
	// Words is the most words that a sentence may have; 0: any number.
	Words int `yaml:"words"`
	// Lines: each sentence stands on a line of its own.
	Lines bool `yaml:"lines"`
	// Vague are words for a time that nobody can hold the page to. A sentence may have one beside a figure.
	Vague []string `yaml:"vague"`
	// Abbreviations and Never are words that no sentence may have.
	Abbreviations []string `yaml:"abbreviations"`
	Never         []string `yaml:"never"`
	// Passive are regular expressions (RE2) of sentences that do not say who acts.
	Passive []string `yaml:"passive"`
}

// aboutKey is the key of a language's file that is no message.
const aboutKey = "about"

func (a *about) unreviewed() bool { return a.Reviewed != nil && !*a.Reviewed }

// cutAbout takes the head out of the top of a language's file: the key and its value, nil if there is none.
func cutAbout(top *yaml.Node) (key, value *yaml.Node) {
	if top.Kind != yaml.MappingNode {
		return nil, nil
	}
	for i := 0; i+1 < len(top.Content); i += 2 {
		if top.Content[i].Value == aboutKey {
			key, value = top.Content[i], top.Content[i+1]
			top.Content = append(top.Content[:i:i], top.Content[i+2:]...)
			return key, value
		}
	}
	return nil, nil
}

// misread is what is wrong with the head, and where.
type misread struct {
	line int
	text string
}

// read takes what the head says, and answers everything in it that cannot be taken.
func (a *about) read(value *yaml.Node) (problems []misread) {
	if value.Kind != yaml.MappingNode {
		return []misread{{value.Line, aboutKey + ": want " + strings.Join(aboutKeys, ", ") + " below it"}}
	}
	fields := map[string]any{
		"reviewed": &a.Reviewed, "words": &a.Words, "lines": &a.Lines, "vague": &a.Vague,
		"abbreviations": &a.Abbreviations, "never": &a.Never, "passive": &a.Passive,
	}
	for i := 0; i+1 < len(value.Content); i += 2 {
		key, value := value.Content[i], value.Content[i+1]
		field, known := fields[key.Value]
		if !known {
			problems = append(problems, misread{key.Line, fmt.Sprintf("%s.%s: unknown key; want %s", aboutKey, key.Value, strings.Join(aboutKeys, ", "))})
		} else if err := value.Decode(field); err != nil {
			problems = append(problems, misread{value.Line, fmt.Sprintf("%s.%s: want %s", aboutKey, key.Value, wantOf(field))})
		}
	}
	for _, pattern := range a.Passive {
		if _, err := regexp.Compile(pattern); err != nil {
			problems = append(problems, misread{value.Line, fmt.Sprintf("%s.passive: %v", aboutKey, err)})
		}
	}
	return problems
}

var aboutKeys = []string{"reviewed", "words", "lines", "vague", "abbreviations", "never", "passive"}

func wantOf(field any) string {
	switch field.(type) {
	case *int:
		return "a whole number"
	case *[]string:
		return "a list of words"
	}
	return "true or false"
}

// splitAbout reads the head of a whole file and answers its messages alone.
func splitAbout(data []byte) (a about, messages []byte, err error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		return a, nil, err
	}
	if len(doc.Content) == 0 {
		return a, data, nil
	}
	_, value := cutAbout(doc.Content[0])
	if value == nil {
		return a, data, nil
	}
	if problems := a.read(value); len(problems) > 0 {
		return a, nil, fmt.Errorf("line %d: %s", problems[0].line, problems[0].text)
	}
	messages, err = yaml.Marshal(&doc)
	return a, messages, err
}
