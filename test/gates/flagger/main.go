// Takes webhooks of a Canary on its input, one JSON object a line, and prints what the controller makes of the answer.
package main

import (
	"bufio"
	"encoding/json"
	"os"

	flaggerv1 "github.com/fluxcd/flagger/pkg/apis/flagger/v1beta1"
	"github.com/fluxcd/flagger/pkg/controller"
)

type call struct {
	Canary  flaggerv1.Canary        `json:"canary"`
	Phase   flaggerv1.CanaryPhase   `json:"phase"`
	Webhook flaggerv1.CanaryWebhook `json:"webhook"`
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	out := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		var asked call
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			panic(err)
		}
		told := map[string]any{"error": nil}
		if err := controller.CallWebhook(asked.Canary, asked.Phase, asked.Webhook); err != nil {
			told["error"] = err.Error()
		}
		if err := out.Encode(told); err != nil {
			panic(err)
		}
	}
}
