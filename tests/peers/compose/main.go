// compose-read: loads compose files the way `docker compose config` does (include, .env,
// interpolation, schema, merge) and prints the project as JSON.
//
//	compose-read FILE...   these files
//	compose-read --stream  a document a line on standard input, {"content", "env"}; a line of answer
//	                       each: {"project"} or {"error"}
//	compose-read --schema  the compose JSON schema of this release
//
// Built with the load.go of v1 or v2 beside it (tests/peers/go_env.py).
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
)

func main() {
	switch {
	case len(os.Args) > 1 && os.Args[1] == "--schema":
		fmt.Println(schemaText)
	case len(os.Args) > 1 && os.Args[1] == "--stream":
		stream()
	default:
		project, err := loadFiles(os.Args[1:])
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		answer, _ := project.MarshalJSON()
		fmt.Println(string(answer))
	}
}

func stream() {
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	out := bufio.NewWriter(os.Stdout)
	for {
		line, err := in.ReadBytes('\n')
		if err != nil {
			return
		}
		var question struct {
			Content string
			Env     map[string]string
		}
		answer := map[string]interface{}{}
		if err := json.Unmarshal(line, &question); err != nil {
			answer["error"] = err.Error()
		} else if project, err := loadText(question.Content, question.Env); err != nil {
			answer["error"] = err.Error()
		} else {
			text, _ := project.MarshalJSON()
			answer["project"] = json.RawMessage(text)
		}
		text, _ := json.Marshal(answer)
		out.Write(append(text, '\n'))
		out.Flush()
	}
}
