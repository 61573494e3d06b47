// The loader of docker compose today (compose-go 2).
package main

import (
	"context"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/schema"
	"github.com/compose-spec/compose-go/v2/types"
)

// A project that has been read.
type project = *types.Project

var schemaText = schema.Schema

func loadFiles(files []string) (project, error) {
	options, err := cli.NewProjectOptions(files, cli.WithOsEnv, cli.WithConfigFileEnv,
		cli.WithDefaultConfigPath, cli.WithEnvFiles(), cli.WithDotEnv, cli.WithResolvedPaths(true))
	if err != nil {
		return nil, err
	}
	return options.LoadProject(context.Background())
}

func loadText(content string, env map[string]string) (project, error) {
	return loader.LoadWithContext(context.Background(), types.ConfigDetails{
		WorkingDir:  "/bundle",
		ConfigFiles: []types.ConfigFile{{Filename: "docker-compose.yaml", Content: []byte(content)}},
		Environment: env,
	}, func(o *loader.Options) { o.SetProjectName("bundle", true) })
}
