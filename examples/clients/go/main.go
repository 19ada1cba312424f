// Checks the Service of a file of manifests, and ends with 1 where a path fails and 2 where there is no verdict.
//
//	go generate ./... && go run . toad.yaml
package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"time"

	"example.com/check/portolan"
)

//go:generate go run github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen@v2.8.2 -generate types,client -package portolan -o portolan/portolan.gen.go openapi.yaml

func main() {
	verdict, err := check(context.Background(), os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	fmt.Println("verdict", verdict)
	switch verdict {
	case portolan.VerdictPass:
	case portolan.VerdictFail:
		os.Exit(1)
	default:
		os.Exit(2)
	}
}

func check(ctx context.Context, file string) (portolan.Verdict, error) {
	manifests, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	client, err := portolan.NewClientWithResponses(os.Getenv("PORTOLAN_SERVER"), portolan.WithRequestEditorFn(withToken))
	if err != nil {
		return "", err
	}
	wait, key := 25, fmt.Sprintf("check-%d", time.Now().UnixNano())
	params := &portolan.CreateJobParams{Wait: &wait, IdempotencyKey: &key}
	made, err := client.CreateJobWithBodyWithResponse(ctx, params, "application/yaml", bytes.NewReader(manifests))
	if err != nil {
		return "", err
	}
	job := made.JSON200
	if job == nil {
		job = made.JSON202
	}
	if job == nil {
		return "", fmt.Errorf("portolan refused: %s", made.Body)
	}
	// A wait that has run out is asked for again.
	for job.Verdict == nil {
		asked, err := client.GetJobWithResponse(ctx, job.Id, &portolan.GetJobParams{Wait: &wait})
		if err != nil {
			return "", err
		}
		if asked.JSON200 == nil && asked.JSON202 == nil {
			return "", fmt.Errorf("portolan refused: %s", asked.Body)
		}
		if asked.JSON200 != nil {
			job = asked.JSON200
		}
	}
	for _, path := range job.Paths {
		for _, result := range path.Results {
			if result.Failure != nil {
				fmt.Println(path.Kind, result.Failure.Code)
			}
		}
	}
	return *job.Verdict, nil
}

func withToken(_ context.Context, request *http.Request) error {
	if token := os.Getenv("PORTOLAN_TOKEN"); token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	return nil
}
