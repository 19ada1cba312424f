// Tells what kubectl makes of texts: reads a JSON array of texts from stdin and writes, a line each, what YAMLToJSON of
// sigs.k8s.io/yaml answers, and the objects that kubectl finds in the text as a whole (the visitor of
// k8s.io/cli-runtime, pkg/resource/visitor.go StreamVisitor). What is refused has no answer.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"log"
	"os"
	"strings"

	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"
)

type answer struct {
	YAML    *json.RawMessage   `json:"yaml,omitempty"`
	Objects *[]json.RawMessage `json:"objects,omitempty"`
}

// raw keeps the JSON of an object, as runtime.RawExtension does.
type raw struct{ text []byte }

func (r *raw) UnmarshalJSON(in []byte) error {
	if !bytes.Equal(in, []byte("null")) {
		r.text = append(r.text[0:0], in...)
	}
	return nil
}

func objectsOf(text string) *[]json.RawMessage {
	// The visitor takes a byte order mark off before it decodes.
	decoder := utilyaml.NewYAMLOrJSONDecoder(strings.NewReader(strings.TrimPrefix(text, "\ufeff")), 4096)
	objects := []json.RawMessage{}
	for {
		object := raw{}
		if err := decoder.Decode(&object); err != nil {
			if err == io.EOF {
				return &objects
			}
			return nil
		}
		trimmed := bytes.TrimSpace(object.text)
		if len(trimmed) == 0 || bytes.Equal(trimmed, []byte("null")) {
			continue
		}
		objects = append(objects, trimmed)
	}
}

func valueOf(text string) (value *json.RawMessage) {
	answered, err := yaml.YAMLToJSON([]byte(text))
	if err != nil {
		return nil
	}
	message := json.RawMessage(answered)
	return &message
}

func main() {
	var texts []string
	if err := json.NewDecoder(os.Stdin).Decode(&texts); err != nil {
		log.Fatal(err)
	}
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	encoder := json.NewEncoder(out)
	for _, text := range texts {
		if err := encoder.Encode(answer{YAML: valueOf(text), Objects: objectsOf(text)}); err != nil {
			log.Fatal(err)
		}
	}
}
