// The loader of docker compose 2.22, the oldest that a bundle promises to work with (compose-go 1).
package main

import (
	"github.com/compose-spec/compose-go/cli"
	"github.com/compose-spec/compose-go/loader"
	"github.com/compose-spec/compose-go/schema"
	"github.com/compose-spec/compose-go/types"
)

// A project that has been read.
type project = *types.Project

var schemaText = schema.Schema

func loadFiles(files []string) (project, error) {
	options, err := cli.NewProjectOptions(files, cli.WithOsEnv, cli.WithConfigFileEnv,
		cli.WithDefaultConfigPath, cli.WithDotEnv, cli.WithResolvedPaths(true))
	if err != nil {
		return nil, err
	}
	return cli.ProjectFromOptions(options)
}

func loadText(content string, env map[string]string) (project, error) {
	return loader.Load(types.ConfigDetails{
		WorkingDir:  "/bundle",
		ConfigFiles: []types.ConfigFile{{Filename: "docker-compose.yaml", Content: []byte(content)}},
		Environment: env,
	}, func(o *loader.Options) { o.SetProjectName("bundle", true) })
}
