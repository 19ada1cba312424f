// Takes metrics of an AnalysisTemplate on its input, one JSON object a line, and prints the measurement of each as the
// controller would record it.
package main

import (
	"bufio"
	"encoding/json"
	"os"

	"github.com/argoproj/argo-rollouts/metricproviders/webmetric"
	"github.com/argoproj/argo-rollouts/pkg/apis/rollouts/v1alpha1"
	log "github.com/sirupsen/logrus"
)

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	out := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		var metric v1alpha1.Metric
		if err := json.Unmarshal(lines.Bytes(), &metric); err != nil {
			panic(err)
		}
		client, err := webmetric.NewWebMetricHttpClient(metric)
		if err != nil {
			panic(err)
		}
		parser, err := webmetric.NewWebMetricJsonParser(metric)
		if err != nil {
			panic(err)
		}
		provider := webmetric.NewWebMetricProvider(*log.WithField("metric", metric.Name), client, parser)
		if err := out.Encode(provider.Run(&v1alpha1.AnalysisRun{}, metric)); err != nil {
			panic(err)
		}
	}
}
