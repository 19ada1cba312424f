// Written by `npm run client` from openapi.yaml; do not edit.
// Made of c356dccd1f940db50f63f3a31d4da15ed376efcee4efa5269c92b8e4e214b8be, written as cc4ac69a6e93c56127ae2b5d11f924319589ddea1a6229f4eac9569d8b341a93.
export interface components {
    schemas: {
        Job: {
            /** @example job_01KAXW0000EXAMPLE0000000AB */
            id: string;
            /** @enum {string} */
            status: "queued" | "running" | "finished" | "cancelled";
            /** @description null until finished */
            verdict: components["schemas"]["Verdict"] | null;
            /** @description Why the job as a whole could not be done */
            problem: components["schemas"]["JobProblem"] | null;
            /**
             * Format: date-time
             * @example 2026-11-23T09:00:00.000Z
             */
            createdAt: string;
            /**
             * Format: date-time
             * @example 2026-11-23T09:00:00.000Z
             */
            startedAt: string | null;
            /**
             * Format: date-time
             * @example 2026-11-23T09:00:00.000Z
             */
            finishedAt: string | null;
            durationMs: number | null;
            target: components["schemas"]["Target"];
            vantage: components["schemas"]["VantageName"];
            labels: {
                [key: string]: string;
            };
            /** @description The schedule that made it */
            scheduleId: string | null;
            /** @description The batch that it is part of */
            batchId: string | null;
            summary: components["schemas"]["Summary"];
            objects: components["schemas"]["ObjectsUsed"];
            /** @description For a finished job: the fields of `expect` about all paths together that are not met */
            unmet: ("expect.reachable" | "expect.sameResponder")[];
            paths: components["schemas"]["JobPath"][];
            notApplicable: components["schemas"]["NotApplicable"][];
            ignored: components["schemas"]["Ignored"][];
            diagnosis: components["schemas"]["Diagnosis"];
        };
        /** @enum {string} */
        Verdict: "pass" | "fail" | "error" | "inconclusive";
        JobProblem: {
            code: string;
            title: string;
            detail: string;
            status: number;
        };
        Target: {
            cluster: string;
            namespace: string;
            service: string;
        };
        /**
         * @description The vantage that it was seen from: its name, or its position if it has no name
         * @example in-cluster
         */
        VantageName: string;
        /** @description Of paths × checks. `skipped` could not be tested; `leftOut` was excluded by selectors or is beyond the limits */
        Summary: {
            pass: number;
            fail: number;
            error: number;
            skipped: number;
            leftOut: number;
        };
        /** @description The objects that the plan rests on */
        ObjectsUsed: {
            /**
             * @description `manifests`: they came with the request; `cluster`: they were read from the live cluster
             * @enum {string}
             */
            source: "manifests" | "cluster" | "agent";
            /**
             * Format: date-time
             * @description The time when the oldest part was read; null: it is not known, as with manifests, or nothing was read
             * @example 2026-11-23T09:00:00.000Z
             */
            readAt: string | null;
            /** @description The resourceVersion of each list that was read */
            resourceVersions: {
                services?: string;
                endpoints?: string;
                endpointSlices?: string;
                ingresses?: string;
                ingressClasses?: string;
                nodes?: string;
                pods?: string;
                workloads?: string;
                networkPolicies?: string;
                events?: string;
                namespaces?: string;
                gatewayClasses?: string;
                gateways?: string;
                listenerSets?: string;
                gatewayRoutes?: string;
                referenceGrants?: string;
                backendTlsPolicies?: string;
                openShiftRoutes?: string;
            };
            /** @description Whether the API server was out of reach, so that these are the last objects that were known */
            stale: boolean;
            /** @description What the API server refused to show */
            forbidden: {
                /** @example pods */
                resource: string;
                /** @example list */
                verb: string;
                /** @description null: all namespaces, or the resource has none */
                namespace: string | null;
                /** @description What the plan lacks without it */
                effect: string;
                /** @description The RBAC rule to add, as YAML for `kubectl apply -f -` */
                rule: string;
            }[];
        };
        JobPath: {
            /** @description Deterministic: the same from job to job, as long as the path is the same way */
            id: string;
            /** @enum {string} */
            kind: "DNS" | "ClusterIP" | "NodePort" | "LoadBalancer" | "Ingress" | "HTTPRoute" | "GRPCRoute" | "TLSRoute" | "TCPRoute" | "UDPRoute" | "Route" | "Endpoint" | "ExternalIP" | "ExternalName" | "Environment";
            port: {
                name: string | null;
                number: number;
                /** @enum {string} */
                protocol: "TCP" | "UDP" | "SCTP";
            } | null;
            address: string | null;
            addressPort: number | null;
            /** @enum {string|null} */
            family: "IPv4" | "IPv6" | null;
            node: string | null;
            /** @description The pod behind an endpoint, as far as the objects tell */
            pod: string | null;
            /**
             * @description Which endpoints the address leads to: `Cluster`: any; `Local`: those of the node where the connection arrives, by `externalTrafficPolicy` or `internalTrafficPolicy`. null: nothing translates the address
             * @enum {string|null}
             */
            trafficPolicy: "Cluster" | "Local" | null;
            host: string | null;
            serverName: string | null;
            rulePath: string | null;
            /** @description The Gateway or ListenerSet that a route is attached to; for an Ingress, its class */
            parent: {
                kind: string;
                namespace: string | null;
                name: string;
                /** @description The name of the listener */
                section: string | null;
            } | null;
            /** @description What the rule of a route asks of a request. An Ingress has rulePath and pathType */
            match: {
                type: string | null;
                path: string | null;
                method: string | null;
                headers: {
                    name: string;
                    value: string;
                    /**
                     * @description Whether the value is a regular expression
                     * @enum {boolean}
                     */
                    regex?: true;
                }[];
                query: {
                    name: string;
                    value: string;
                    /**
                     * @description Whether the value is a regular expression
                     * @enum {boolean}
                     */
                    regex?: true;
                }[];
            } | null;
            url: string | null;
            /** @enum {string} */
            expected: "reachable" | "unreachable" | "unknown";
            /** @description The object fields that each part came from */
            because: string[];
            shortCut: boolean;
            skipped: {
                /** @enum {string} */
                reason: "vantage" | "pending" | "unprobeable" | "policy" | "excluded" | "sampled" | "not_expected" | "gone";
                detail: string;
            } | null;
            /**
             * @description The path type of the Ingress rule
             * @enum {string|null}
             */
            pathType: "Exact" | "Prefix" | "ImplementationSpecific" | null;
            /** @description Environment: what Kubernetes would set, and what was found */
            variable: {
                name: string;
                value: string;
                found: string | null;
            } | null;
            /** @description What the objects promise of the name */
            dns: {
                name: string;
                /** @enum {string} */
                type: "A" | "AAAA" | "CNAME" | "SRV";
                /** @description Addresses, the target of the CNAME, or `port target`; null: any answer will do */
                values: string[] | null;
                /**
                 * @description `resolve`: this very name; `lookup`: as an application, with the search list
                 * @enum {string}
                 */
                how: "resolve" | "lookup";
            } | null;
            /** @description null until the path is decided */
            outcome: components["schemas"]["Outcome"] | null;
            flaky: boolean;
            results: components["schemas"]["Result"][];
        };
        /** @enum {string} */
        Outcome: "pass" | "fail" | "error" | "skipped";
        Result: {
            /** @example res_01KAXW0000EXAMPLE0000000AB */
            id: string;
            check: string;
            sample: number;
            try: number;
            round: number;
            /** @enum {string} */
            purpose: "check" | "control";
            outcome: components["schemas"]["Outcome"];
            /**
             * Format: date-time
             * @example 2026-11-23T09:00:00.000Z
             */
            startedAt: string;
            resolvedAddress: string | null;
            localAddress: string | null;
            timings: components["schemas"]["Timings"];
            dns: components["schemas"]["DnsEvidence"] | null;
            http: components["schemas"]["HttpEvidence"] | null;
            tls: components["schemas"]["TlsEvidence"] | null;
            responder: string | null;
            malformed?: components["schemas"]["MalformedEvidence"];
            grpc?: components["schemas"]["GrpcEvidence"];
            /**
             * @description What answered in place of the expected protocol, if its first bytes tell
             * @enum {string}
             */
            speaks?: "http1" | "http2" | "tls" | "ssh" | "smtp_or_ftp" | "redis" | "amqp" | "mysql" | "postgres";
            failure: components["schemas"]["Failure"] | null;
            /** @description For a control probe of the diagnosis: what was asked, and of which server */
            control?: {
                /** @enum {string} */
                kind: "kubernetes_cluster_ip" | "dns_cluster_ip" | "dns_over_udp" | "dns_over_tcp" | "dns_pod" | "declared_port" | "other_family" | "health_check_node_port" | "small_answer" | "large_request" | "with_host" | "other_host" | "again" | "other_scheme" | "proxy_protocol";
                to: string;
                nth: number;
            };
        };
        Timings: {
            /** @description Milliseconds; null = not reached, or not observable here */
            dnsMs: number | null;
            /** @description Milliseconds; null = not reached, or not observable here */
            connectMs: number | null;
            /** @description Milliseconds; null = not reached, or not observable here */
            tlsMs: number | null;
            /** @description Milliseconds; null = not reached, or not observable here */
            firstByteMs: number | null;
            /** @description Milliseconds; null = not reached, or not observable here */
            downloadMs: number | null;
            /** @description Milliseconds; null = not reached, or not observable here */
            totalMs: number | null;
        };
        DnsEvidence: {
            server: string | null;
            name: string;
            /** @enum {string} */
            type: "A" | "AAAA" | "ANY" | "CAA" | "CNAME" | "DNSKEY" | "DS" | "MX" | "NAPTR" | "NS" | "PTR" | "SOA" | "SRV" | "TXT";
            rcode: string | null;
            answers: string[];
            cname: string | null;
            /** @description Seconds */
            ttl: number | null;
            lookup: string[] | null;
            /** @description The unexpected answer for the AAAA record of a name that has an A record: an rcode, or a failure code; absent: as it should be, or not asked */
            aaaa?: string;
            /** @description Those of several servers that gave no answer in this try; absent: none */
            unanswered?: string[];
            /**
             * @description For a `dnsQuery`: how the server of the path was asked
             * @enum {string}
             */
            transport?: "udp" | "tcp";
            /**
             * @description TC was set: the whole answer is available over TCP only; absent: it was whole
             * @enum {boolean}
             */
            truncated?: true;
            /** @description How often the query was sent again over UDP, as no answer had come; absent: never */
            resent?: number;
        };
        HttpEvidence: {
            status: number;
            version: string;
            headers: {
                [key: string]: string;
            };
            /** @description Bytes of all header lines, including those that are not shown */
            headerBytes: number;
            location: string | null;
            bodyBytes: number;
            bodySnippet: string;
            bodySha256: string;
            /**
             * @description Why the body was not read to its end; absent: it was. `limit`: it is longer than what is read. `time`: it has no announced end (an event stream, a long poll), or was still coming when the time was up
             * @enum {string}
             */
            bodyCut?: "limit" | "time";
        };
        TlsEvidence: {
            subject: string | null;
            issuer: string | null;
            altNames: string[];
            notBefore: string | null;
            notAfter: string | null;
            authorized: boolean | null;
            authorizationError: string | null;
            protocol: string | null;
        };
        /** @description With `malformed_response`: what is wrong */
        MalformedEvidence: {
            /**
             * @description Stable; flaws may be added
             * @example header_folded
             */
            flaw: string;
            /** @description The line, escaped and cut; null: no single line */
            quote: string | null;
            /** @description Clients that are known to accept it nevertheless */
            takenBy: string[];
        };
        /** @description The answer to a gRPC call; `http` has its HTTP part */
        GrpcEvidence: {
            /** @example /grpc.health.v1.Health/Check */
            call: string;
            /**
             * @description null: a stream, of which only the beginning was read
             * @example OK
             * @enum {string|null}
             */
            status: "OK" | "CANCELLED" | "UNKNOWN" | "INVALID_ARGUMENT" | "DEADLINE_EXCEEDED" | "NOT_FOUND" | "ALREADY_EXISTS" | "PERMISSION_DENIED" | "RESOURCE_EXHAUSTED" | "FAILED_PRECONDITION" | "ABORTED" | "OUT_OF_RANGE" | "UNIMPLEMENTED" | "INTERNAL" | "UNAVAILABLE" | "DATA_LOSS" | "UNAUTHENTICATED" | null;
            /**
             * @description `grpc-status` as it came; null: it was missing, and `status` is what clients make of the HTTP status
             * @example 0
             */
            code: number | null;
            /** @description `grpc-message`, decoded and cut */
            message: string | null;
            /**
             * @description As `Health/Check` answers
             * @example SERVING
             */
            health: string | null;
        };
        Failure: {
            /**
             * @description Stable; one page each under docs/failures/. Codes may be added.
             * @enum {string}
             */
            code: "dns_not_found" | "dns_no_data" | "dns_server_failure" | "dns_refused" | "dns_timeout" | "wrong_address" | "connection_refused" | "connect_timeout" | "host_unreachable" | "network_unreachable" | "connection_reset" | "connect_failed" | "udp_timeout" | "tls_handshake_failed" | "tls_not_spoken" | "tls_timeout" | "certificate_expired" | "certificate_not_yet_valid" | "certificate_name_mismatch" | "certificate_untrusted" | "certificate_expires_soon" | "response_timeout" | "body_timeout" | "connection_closed" | "invalid_response" | "not_grpc" | "malformed_response" | "response_too_large" | "too_many_redirects" | "redirect_loop" | "dns_answer_malformed" | "dns_answer_wrong_id" | "dns_answer_wrong_question" | "unexpected_status" | "unexpected_header" | "unexpected_body" | "unexpected_data" | "unexpected_rcode" | "websocket_not_upgraded" | "websocket_handshake_invalid" | "not_serving" | "unexpected_grpc_status" | "too_slow" | "unexpectedly_reachable" | "environment_mismatch" | "blocked_by_policy" | "deadline_exceeded" | "cancelled" | "limit_exceeded" | "certificate_not_seen" | "expectation_too_costly" | "local_resources_exhausted" | "internal";
            /** @enum {string} */
            phase: "dns" | "connect" | "tls" | "request" | "response" | "body" | "expectation";
            /** @enum {string} */
            source: "target" | "resolver" | "internal";
            message: string;
        };
        NotApplicable: {
            /** @enum {string} */
            kind: "DNS" | "ClusterIP" | "NodePort" | "LoadBalancer" | "Ingress" | "HTTPRoute" | "GRPCRoute" | "TLSRoute" | "TCPRoute" | "UDPRoute" | "Route" | "Endpoint" | "ExternalIP" | "ExternalName" | "Environment";
            reason: string;
        };
        Ignored: {
            object: string;
            reason: string;
        };
        Diagnosis: {
            /** @enum {string} */
            status: "healthy" | "degraded" | "broken" | "unknown";
            findings: components["schemas"]["Finding"][];
        };
        Finding: {
            code: string;
            layer: string;
            /** @enum {string} */
            confidence: "certain" | "likely" | "possible";
            title: string;
            detail: string;
            fix: string;
            confirm: string;
            evidence: ({
                object: string;
                field: string;
                value?: unknown;
            } | {
                path: string;
                result: string | null;
            })[];
            explains: string[];
            docs: string;
        };
        /** @description RFC 9457. `code` is stable; codes may be added. */
        Problem: {
            /**
             * @description A page about this code
             * @example /docs/errors/invalid_request.md
             */
            type: string;
            title: string;
            status: number;
            /** @description What was found, and what to do */
            detail: string;
            instance: string;
            /** @example invalid_request */
            code: string;
            requestId: string;
            /** @description All errors at once */
            errors: {
                /** @description RFC 6901 into the body; `?name` for a query parameter; the name of a header */
                pointer: string;
                detail: string;
                /** @description Number of the YAML document, from 1 */
                document?: number;
                /** @example Service/toad */
                object?: string;
                /** @example spec.ports[0].targetPort */
                field?: string;
            }[];
        };
        /**
         * @example {
         *       "target": {
         *         "manifests": "apiVersion: v1\nkind: Service\nmetadata: { name: toad, namespace: pond }\nspec:\n  type: NodePort\n  clusterIP: 10.96.0.7\n  selector: { app: toad }\n  ports: [{ name: http, port: 80, targetPort: 8080, nodePort: 30080 }]\n---\napiVersion: v1\nkind: Node\nmetadata: { name: node-1 }\nstatus: { addresses: [{ type: InternalIP, address: 10.0.0.11 }] }\n"
         *       },
         *       "addresses": {
         *         "dnsServers": [
         *           "10.96.0.10"
         *         ]
         *       },
         *       "checks": [
         *         {
         *           "type": "http",
         *           "name": "home",
         *           "path": "/healthz",
         *           "expect": {
         *             "validStatusCodes": [
         *               "2xx"
         *             ],
         *             "maxDurationMs": 2000
         *           }
         *         }
         *       ],
         *       "samples": 3,
         *       "labels": {
         *         "commit": "4f2a91c"
         *       }
         *     }
         */
        JobRequest: {
            target: {
                cluster?: string;
                manifests?: string | {
                    [key: string]: unknown;
                }[];
                namespace?: string;
                service?: string;
            };
            addresses?: components["schemas"]["Addresses"];
            /** @default {} */
            paths?: {
                /** @default [] */
                include?: components["schemas"]["PathSelector"][];
                /** @default [] */
                exclude?: components["schemas"]["PathSelector"][];
            };
            /** @default {} */
            limits?: {
                /** @default 20 */
                nodes?: number;
                /** @default 50 */
                endpoints?: number;
                /** @default 500 */
                paths?: number;
            };
            /** @default [] */
            checks?: components["schemas"]["Check"][];
            /** @default 1 */
            samples?: number;
            /** @default {} */
            retries?: {
                /** @default 0 */
                limit?: number;
                /** @default 1000 */
                delayMs?: number;
            };
            /** @default 0 */
            settleMs?: number;
            /** @default {} */
            expect?: {
                /** @default [] */
                reachable?: components["schemas"]["PathSelector"][];
                /** @default [] */
                unreachable?: components["schemas"]["PathSelector"][];
                /**
                 * @description The job fails if a path is answered by another application than the endpoints (`wrong_responder`)
                 * @default false
                 */
                sameResponder?: boolean;
            };
            /** @default 5000 */
            timeoutMs?: number;
            deadlineMs?: number;
            /** @enum {string} */
            vantage?: "in-cluster" | "outside" | "edge";
            /** @default true */
            history?: boolean;
            /** @default {} */
            labels?: {
                [key: string]: string;
            };
        };
        /**
         * @description Addresses that manifests cannot tell, or that override those of objects
         * @default {}
         */
        Addresses: {
            /** @default [] */
            nodes?: string[];
            /** @default [] */
            loadBalancer?: string[];
            /** @default [] */
            ingressController?: string[];
            /** @default null */
            controllerPorts?: {
                /** @default 80 */
                http?: number;
                /** @default 443 */
                https?: number;
            } | null;
            /** @default null */
            clusterDomain?: string | null;
            /**
             * @description `ip` or `ip:port`, asked in this order
             * @default []
             * @example [
             *       "10.96.0.10",
             *       "[fd00:96::a]:53"
             *     ]
             */
            dnsServers?: string[];
            /**
             * @description What `kubectl exec POD -- env` prints. Only the variables that Kubernetes makes for Services are kept; all others are dropped at once.
             * @default null
             */
            environment?: string | null;
        };
        /**
         * @description Addresses that manifests cannot tell, or that override those of objects
         * @default {}
         */
        AnsweredAddresses: {
            /** @default [] */
            nodes: string[];
            /** @default [] */
            loadBalancer: string[];
            /** @default [] */
            ingressController: string[];
            /** @default null */
            controllerPorts: {
                /** @default 80 */
                http: number;
                /** @default 443 */
                https: number;
            } | null;
            /** @default null */
            clusterDomain: string | null;
            /**
             * @description `ip` or `ip:port`, asked in this order
             * @default []
             * @example [
             *       "10.96.0.10",
             *       "[fd00:96::a]:53"
             *     ]
             */
            dnsServers: string[];
            /**
             * @description What `kubectl exec POD -- env` prints. Only the variables that Kubernetes makes for Services are kept; all others are dropped at once.
             * @default null
             */
            environment: string | null;
        };
        /**
         * @example {
         *       "kind": "NodePort",
         *       "node": "node-1"
         *     }
         */
        PathSelector: ("DNS" | "ClusterIP" | "NodePort" | "LoadBalancer" | "Ingress" | "HTTPRoute" | "GRPCRoute" | "TLSRoute" | "TCPRoute" | "UDPRoute" | "Route" | "Endpoint" | "ExternalIP" | "ExternalName" | "Environment") | {
            /** @enum {string} */
            kind: "DNS" | "ClusterIP" | "NodePort" | "LoadBalancer" | "Ingress" | "HTTPRoute" | "GRPCRoute" | "TLSRoute" | "TCPRoute" | "UDPRoute" | "Route" | "Endpoint" | "ExternalIP" | "ExternalName" | "Environment";
            port?: number | string;
            node?: string;
            host?: string;
            /** @description `edge`, `shop/edge` or `Gateway/shop/edge`; for an Ingress the name of its class */
            parent?: string;
        };
        Check: components["schemas"]["HttpCheck"] | components["schemas"]["TcpCheck"] | components["schemas"]["GrpcCheck"] | components["schemas"]["DnsCheck"] | components["schemas"]["DnsQueryCheck"];
        AnsweredCheck: components["schemas"]["AnsweredHttpCheck"] | components["schemas"]["AnsweredTcpCheck"] | components["schemas"]["AnsweredGrpcCheck"] | components["schemas"]["AnsweredDnsCheck"] | components["schemas"]["AnsweredDnsQueryCheck"];
        HttpCheck: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "http";
            name: string;
            /** @default null */
            port?: number | string | null;
            /**
             * @default GET
             * @enum {string}
             */
            method?: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS";
            /** @default null */
            path?: string | null;
            /** @default null */
            ingressPath?: string | null;
            /**
             * @description Write-only: never stored readable, never shown
             * @default {}
             */
            headers?: {
                [key: string]: string;
            };
            /**
             * @description Write-only
             * @default null
             */
            body?: string | null;
            /**
             * @default null
             * @enum {string|null}
             */
            scheme?: "http" | "https" | null;
            /** @default null */
            host?: string | null;
            expect?: components["schemas"]["HttpExpect"];
            /** @default false */
            followRedirects?: boolean;
            /**
             * @default 1.1
             * @enum {string}
             */
            httpVersion?: "2" | "1.1";
            /**
             * @description The answer must be 101 with the accept key of RFC 6455; without body, redirects and HTTP/2
             * @default null
             * @enum {string|null}
             */
            upgrade?: "websocket" | null;
            tls?: components["schemas"]["TlsOptions"];
            /** @default null */
            responder?: {
                header: string;
            } | {
                /**
                 * @description A regular expression of RE2
                 * @example ^ok
                 */
                bodyRegexp: string;
            } | null;
        };
        AnsweredHttpCheck: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "http";
            name: string;
            /** @default null */
            port: number | string | null;
            /**
             * @default GET
             * @enum {string}
             */
            method: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS";
            /** @default null */
            path: string | null;
            /** @default null */
            ingressPath: string | null;
            /**
             * @description Write-only: never stored readable, never shown
             * @default {}
             */
            headers: {
                [key: string]: string;
            };
            /**
             * @description Write-only
             * @default null
             */
            body: string | null;
            /**
             * @default null
             * @enum {string|null}
             */
            scheme: "http" | "https" | null;
            /** @default null */
            host: string | null;
            expect: components["schemas"]["AnsweredHttpExpect"];
            /** @default false */
            followRedirects: boolean;
            /**
             * @default 1.1
             * @enum {string}
             */
            httpVersion: "2" | "1.1";
            /**
             * @description The answer must be 101 with the accept key of RFC 6455; without body, redirects and HTTP/2
             * @default null
             * @enum {string|null}
             */
            upgrade: "websocket" | null;
            tls: components["schemas"]["AnsweredTlsOptions"];
            /** @default null */
            responder: {
                header: string;
            } | {
                /**
                 * @description A regular expression of RE2
                 * @example ^ok
                 */
                bodyRegexp: string;
            } | null;
        };
        /** @default null */
        HttpExpect: {
            /**
             * @default [
             *       "2xx"
             *     ]
             */
            validStatusCodes?: (number | string)[];
            /** @default [] */
            failIfBodyMatchesRegexp?: string[];
            /** @default [] */
            failIfBodyNotMatchesRegexp?: string[];
            /** @default [] */
            failIfHeaderMatches?: components["schemas"]["HeaderMatch"][];
            /** @default [] */
            failIfHeaderNotMatches?: components["schemas"]["HeaderMatch"][];
            /** @default [] */
            jsonPath?: components["schemas"]["JsonPathMatch"][];
            /** @default null */
            maxDurationMs?: number | null;
        } | null;
        /** @default null */
        AnsweredHttpExpect: {
            /**
             * @default [
             *       "2xx"
             *     ]
             */
            validStatusCodes: (number | string)[];
            /** @default [] */
            failIfBodyMatchesRegexp: string[];
            /** @default [] */
            failIfBodyNotMatchesRegexp: string[];
            /** @default [] */
            failIfHeaderMatches: components["schemas"]["AnsweredHeaderMatch"][];
            /** @default [] */
            failIfHeaderNotMatches: components["schemas"]["AnsweredHeaderMatch"][];
            /** @default [] */
            jsonPath: components["schemas"]["JsonPathMatch"][];
            /** @default null */
            maxDurationMs: number | null;
        } | null;
        HeaderMatch: {
            header: string;
            /**
             * @description A regular expression of RE2
             * @example ^ok
             */
            regexp: string;
            /** @default false */
            allowMissing?: boolean;
        };
        AnsweredHeaderMatch: {
            header: string;
            /**
             * @description A regular expression of RE2
             * @example ^ok
             */
            regexp: string;
            /** @default false */
            allowMissing: boolean;
        };
        JsonPathMatch: {
            path: string;
            equals?: unknown;
            /**
             * @description A regular expression of RE2
             * @example ^ok
             */
            matchesRegexp?: string;
        };
        /** @default null */
        TlsOptions: {
            /** @default null */
            serverName?: string | null;
            /** @default false */
            insecureSkipVerify?: boolean;
            /** @default null */
            caPem?: string | null;
            /** @default null */
            minDaysToExpiry?: number | null;
        } | null;
        /** @default null */
        AnsweredTlsOptions: {
            /** @default null */
            serverName: string | null;
            /** @default false */
            insecureSkipVerify: boolean;
            /** @default null */
            caPem: string | null;
            /** @default null */
            minDaysToExpiry: number | null;
        } | null;
        TcpCheck: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "tcp";
            name: string;
            /** @default null */
            port?: number | string | null;
            tls?: components["schemas"]["TlsOptions"];
            /** @default [] */
            queryResponse?: components["schemas"]["QueryResponse"][];
            /** @default null */
            maxDurationMs?: number | null;
        };
        AnsweredTcpCheck: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "tcp";
            name: string;
            /** @default null */
            port: number | string | null;
            tls: components["schemas"]["AnsweredTlsOptions"];
            /** @default [] */
            queryResponse: components["schemas"]["AnsweredQueryResponse"][];
            /** @default null */
            maxDurationMs: number | null;
        };
        QueryResponse: {
            /** @default null */
            send?: string | null;
            /**
             * @description A regular expression of RE2
             * @default null
             * @example ^ok
             */
            expect?: string | null;
            /** @default false */
            startTls?: boolean;
        };
        AnsweredQueryResponse: {
            /** @default null */
            send: string | null;
            /**
             * @description A regular expression of RE2
             * @default null
             * @example ^ok
             */
            expect: string | null;
            /** @default false */
            startTls: boolean;
        };
        GrpcCheck: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "grpc";
            name: string;
            /** @default null */
            port?: number | string | null;
            /**
             * @description The service whose health is asked for; empty: the server as a whole
             * @default
             * @example shop.v1.Cart
             */
            service?: string;
            /**
             * @description Sent with the call. Write-only: never stored readable, never shown
             * @default {}
             */
            metadata?: {
                [key: string]: string;
            };
            /**
             * @description `https`: HTTP/2 over TLS; `http`: without. `null`: over TLS if `tls` is given or the port says so
             * @default null
             * @enum {string|null}
             */
            scheme?: "http" | "https" | null;
            /**
             * @description The `:authority` of the call
             * @default null
             */
            host?: string | null;
            /**
             * @description `null`: SERVING passes, as do UNAUTHENTICATED and PERMISSION_DENIED, and UNIMPLEMENTED where the server itself says so
             * @default null
             */
            expect?: {
                /**
                 * @default SERVING
                 * @enum {string}
                 */
                status?: "UNKNOWN" | "SERVING" | "NOT_SERVING" | "SERVICE_UNKNOWN";
                /** @default null */
                maxDurationMs?: number | null;
            } | null;
            tls?: components["schemas"]["TlsOptions"];
        };
        AnsweredGrpcCheck: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "grpc";
            name: string;
            /** @default null */
            port: number | string | null;
            /**
             * @description The service whose health is asked for; empty: the server as a whole
             * @default
             * @example shop.v1.Cart
             */
            service: string;
            /**
             * @description Sent with the call. Write-only: never stored readable, never shown
             * @default {}
             */
            metadata: {
                [key: string]: string;
            };
            /**
             * @description `https`: HTTP/2 over TLS; `http`: without. `null`: over TLS if `tls` is given or the port says so
             * @default null
             * @enum {string|null}
             */
            scheme: "http" | "https" | null;
            /**
             * @description The `:authority` of the call
             * @default null
             */
            host: string | null;
            /**
             * @description `null`: SERVING passes, as do UNAUTHENTICATED and PERMISSION_DENIED, and UNIMPLEMENTED where the server itself says so
             * @default null
             */
            expect: {
                /**
                 * @default SERVING
                 * @enum {string}
                 */
                status: "UNKNOWN" | "SERVING" | "NOT_SERVING" | "SERVICE_UNKNOWN";
                /** @default null */
                maxDurationMs: number | null;
            } | null;
            tls: components["schemas"]["AnsweredTlsOptions"];
        };
        DnsCheck: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "dns";
            name: string;
            /** @default null */
            port?: number | string | null;
        };
        AnsweredDnsCheck: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "dns";
            name: string;
            /** @default null */
            port: number | string | null;
        };
        DnsQueryCheck: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "dnsQuery";
            name: string;
            /** @default null */
            port?: number | string | null;
            /**
             * @description null: `kubernetes.default.svc` of the cluster, where the Service is its DNS; else a name that servers answer by themselves
             * @default null
             * @example toad-svc.default.svc.cluster.local
             */
            queryName?: string | null;
            /**
             * @description null: A, or the type of the default question
             * @default null
             * @enum {string|null}
             */
            queryType?: "A" | "AAAA" | "ANY" | "CAA" | "CNAME" | "DNSKEY" | "DS" | "MX" | "NAPTR" | "NS" | "PTR" | "SOA" | "SRV" | "TXT" | null;
            /**
             * @description The check is for ports of this protocol; null: for both
             * @default null
             * @enum {string|null}
             */
            transportProtocol?: "udp" | "tcp" | null;
            /** @default true */
            recursionDesired?: boolean;
            /**
             * @description null: any well-formed answer passes, but the DNS of the cluster must know its own name
             * @default null
             */
            expect?: {
                /**
                 * @default [
                 *       "NOERROR"
                 *     ]
                 */
                rcode?: ("NOERROR" | "FORMERR" | "SERVFAIL" | "NXDOMAIN" | "NOTIMP" | "REFUSED" | "YXDOMAIN" | "YXRRSET" | "NXRRSET" | "NOTAUTH" | "NOTZONE")[];
                validateAnswerRrs?: components["schemas"]["AnswerRrs"];
                /** @default null */
                maxDurationMs?: number | null;
            } | null;
        };
        AnsweredDnsQueryCheck: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "dnsQuery";
            name: string;
            /** @default null */
            port: number | string | null;
            /**
             * @description null: `kubernetes.default.svc` of the cluster, where the Service is its DNS; else a name that servers answer by themselves
             * @default null
             * @example toad-svc.default.svc.cluster.local
             */
            queryName: string | null;
            /**
             * @description null: A, or the type of the default question
             * @default null
             * @enum {string|null}
             */
            queryType: "A" | "AAAA" | "ANY" | "CAA" | "CNAME" | "DNSKEY" | "DS" | "MX" | "NAPTR" | "NS" | "PTR" | "SOA" | "SRV" | "TXT" | null;
            /**
             * @description The check is for ports of this protocol; null: for both
             * @default null
             * @enum {string|null}
             */
            transportProtocol: "udp" | "tcp" | null;
            /** @default true */
            recursionDesired: boolean;
            /**
             * @description null: any well-formed answer passes, but the DNS of the cluster must know its own name
             * @default null
             */
            expect: {
                /**
                 * @default [
                 *       "NOERROR"
                 *     ]
                 */
                rcode: ("NOERROR" | "FORMERR" | "SERVFAIL" | "NXDOMAIN" | "NOTIMP" | "REFUSED" | "YXDOMAIN" | "YXRRSET" | "NXRRSET" | "NOTAUTH" | "NOTZONE")[];
                validateAnswerRrs: components["schemas"]["AnsweredAnswerRrs"];
                /** @default null */
                maxDurationMs: number | null;
            } | null;
        };
        /**
         * @description Each record of the answer is matched as a line of a zone file, with tabs: `name. ttl IN A 10.0.0.1`
         * @default {}
         */
        AnswerRrs: {
            /** @default [] */
            failIfMatchesRegexp?: string[];
            /** @default [] */
            failIfAllMatchRegexp?: string[];
            /** @default [] */
            failIfNotMatchesRegexp?: string[];
            /** @default [] */
            failIfNoneMatchesRegexp?: string[];
        };
        /**
         * @description Each record of the answer is matched as a line of a zone file, with tabs: `name. ttl IN A 10.0.0.1`
         * @default {}
         */
        AnsweredAnswerRrs: {
            /** @default [] */
            failIfMatchesRegexp: string[];
            /** @default [] */
            failIfAllMatchRegexp: string[];
            /** @default [] */
            failIfNotMatchesRegexp: string[];
            /** @default [] */
            failIfNoneMatchesRegexp: string[];
        };
        JobHead: {
            /** @example job_01KAXW0000EXAMPLE0000000AB */
            id: string;
            /** @enum {string} */
            status: "queued" | "running" | "finished" | "cancelled";
            /** @description null until finished */
            verdict: components["schemas"]["Verdict"] | null;
            /** @description Why the job as a whole could not be done */
            problem: components["schemas"]["JobProblem"] | null;
            /**
             * Format: date-time
             * @example 2026-11-23T09:00:00.000Z
             */
            createdAt: string;
            /**
             * Format: date-time
             * @example 2026-11-23T09:00:00.000Z
             */
            startedAt: string | null;
            /**
             * Format: date-time
             * @example 2026-11-23T09:00:00.000Z
             */
            finishedAt: string | null;
            durationMs: number | null;
            target: components["schemas"]["Target"];
            vantage: components["schemas"]["VantageName"];
            labels: {
                [key: string]: string;
            };
            /** @description The schedule that made it */
            scheduleId: string | null;
            /** @description The batch that it is part of */
            batchId: string | null;
            summary: components["schemas"]["Summary"];
        };
        /**
         * @description Flagger's webhook payload. `metadata` is that of the webhook; all of its values are text.
         * @example {
         *       "name": "toad",
         *       "namespace": "shop",
         *       "phase": "Progressing",
         *       "checksum": "85d557f47b",
         *       "metadata": {
         *         "service": "toad-canary",
         *         "path": "/healthz",
         *         "samples": "3"
         *       }
         *     }
         */
        FlaggerPayload: {
            name: string;
            namespace: string;
            /** @default  */
            phase?: string;
            /** @default  */
            checksum?: string;
            /** @default {} */
            metadata?: {
                cluster?: string;
                /** @description The Service to ask about. Left out: `{name}-canary` */
                service?: string;
                /** @enum {string} */
                vantage?: "in-cluster" | "outside" | "edge";
                timeoutMs?: string;
                deadlineMs?: string;
                samples?: string;
                settleMs?: string;
                /** @enum {string} */
                history?: "true" | "false";
                /**
                 * @description `expect.sameResponder` of a job
                 * @enum {string}
                 */
                sameResponder?: "true" | "false";
                /** @description The path to request from HTTP ports; any 2xx passes. Left out: `/`, where any status below 500 passes */
                path?: string;
                /** @description With `path`: request it from this port of the Service only, given by name or number */
                port?: string;
                /** @description Other fields of a job, as YAML: `checks`, `paths`, `expect`, …; without `target` */
                job?: string;
            };
        } & {
            [key: string]: unknown;
        };
        /**
         * @example {
         *       "verdict": "fail",
         *       "pass": false,
         *       "summary": "FAIL  shop/toad-canary  4 passed, 3 failed, 2 skipped",
         *       "findings": [
         *         {
         *           "code": "nothing_listens",
         *           "layer": "pod",
         *           "confidence": "certain",
         *           "title": "Nothing listens on port 8080 of the pods",
         *           "fix": "Set targetPort to the port on which the container listens.",
         *           "docs": "docs/diagnoses/nothing_listens.md"
         *         }
         *       ],
         *       "report": "https://portolan.example/v1/jobs/job_01KAXW0000EXAMPLE0000000AB/report?format=text"
         *     }
         */
        GateVerdict: {
            /**
             * @description `inconclusive`: nothing was tested, or not within the wait. `error`: the answer is not known, and the Service is not to blame
             * @enum {string}
             */
            verdict: "pass" | "fail" | "error" | "inconclusive";
            /** @description null: not known */
            pass: boolean | null;
            /** @description One line for people */
            summary: string;
            /** @description What is broken, in short, the most likely first */
            findings: {
                code: string;
                layer: string;
                /** @enum {string} */
                confidence: "certain" | "likely" | "possible";
                title: string;
                fix: string;
                docs: string;
            }[];
            /** @description The address of the report: a URL with `PORTOLAN_PUBLIC_URL`, else a path. null: no job was made */
            report: string | null;
        };
        /**
         * @description Any fields of a job except `target`, which the query names
         * @example {
         *       "checks": [
         *         {
         *           "type": "http",
         *           "name": "health",
         *           "path": "/healthz"
         *         }
         *       ],
         *       "samples": 3
         *     }
         */
        GateJob: {
            [key: string]: unknown;
        };
        Batch: {
            /** @example bat_01KAXW0000EXAMPLE0000000AB */
            id: string;
            /** @enum {string} */
            status: "queued" | "running" | "finished" | "cancelled";
            /** @description null until all jobs have ended; then `fail` if one fails, else `error` if one errs, else `pass` if one passes, else `inconclusive` */
            verdict: components["schemas"]["Verdict"] | null;
            /**
             * Format: date-time
             * @example 2026-11-23T09:00:00.000Z
             */
            createdAt: string;
            /**
             * Format: date-time
             * @example 2026-11-23T09:00:00.000Z
             */
            finishedAt: string | null;
            target: {
                cluster: string;
                /** @description null: not one single namespace; see `namespaces` */
                namespace: string | null;
                /** @description `*`: all namespaces */
                namespaces: string[] | "*";
                /** @description The selector as it was given */
                selector: string | {
                    [key: string]: string;
                };
            };
            labels: {
                [key: string]: string;
            };
            /** @description A job for each Service */
            jobs: components["schemas"]["BatchJob"][];
        };
        BatchJob: {
            /** @example job_01KAXW0000EXAMPLE0000000AB */
            id: string;
            namespace: string;
            service: string;
            /** @enum {string} */
            status: "queued" | "running" | "finished" | "cancelled";
            verdict: components["schemas"]["Verdict"] | null;
            problem: components["schemas"]["JobProblem"] | null;
            summary: components["schemas"]["Summary"];
        };
        /**
         * @example {
         *       "target": {
         *         "manifests": "apiVersion: v1\nkind: Service\nmetadata: { name: toad, namespace: pond }\nspec:\n  type: NodePort\n  clusterIP: 10.96.0.7\n  selector: { app: toad }\n  ports: [{ name: http, port: 80, targetPort: 8080, nodePort: 30080 }]\n---\napiVersion: v1\nkind: Service\nmetadata: { name: frog, namespace: pond }\nspec:\n  type: NodePort\n  clusterIP: 10.96.0.8\n  selector: { app: frog }\n  ports: [{ name: http, port: 80, targetPort: 8080, nodePort: 30081 }]\n---\napiVersion: v1\nkind: Node\nmetadata: { name: node-1 }\nstatus: { addresses: [{ type: InternalIP, address: 10.0.0.11 }] }\n"
         *       },
         *       "addresses": {
         *         "dnsServers": [
         *           "10.96.0.10"
         *         ]
         *       },
         *       "checks": [
         *         {
         *           "type": "http",
         *           "name": "home",
         *           "path": "/healthz",
         *           "expect": {
         *             "validStatusCodes": [
         *               "2xx"
         *             ],
         *             "maxDurationMs": 2000
         *           }
         *         }
         *       ],
         *       "samples": 3,
         *       "labels": {
         *         "commit": "4f2a91c"
         *       }
         *     }
         */
        BatchRequest: {
            target: {
                cluster?: string;
                manifests?: string | {
                    [key: string]: unknown;
                }[];
                /** @description Only Services of this namespace */
                namespace?: string;
                /**
                 * @description Only Services of these namespaces; `*`: of all
                 * @example [
                 *       "shop",
                 *       "pond"
                 *     ]
                 */
                namespaces?: string[] | "*";
                /**
                 * @description The same as `namespaces: "*"`
                 * @enum {boolean}
                 */
                allNamespaces?: true;
                /**
                 * @description Only Services with these labels: a selector as kubectl takes it, or labels as an object
                 * @default {}
                 * @example app.kubernetes.io/part-of=shop,tier in (web,api),!legacy
                 */
                selector?: string | {
                    [key: string]: string;
                };
            };
            addresses?: components["schemas"]["Addresses"];
            /** @default {} */
            paths?: {
                /** @default [] */
                include?: components["schemas"]["PathSelector"][];
                /** @default [] */
                exclude?: components["schemas"]["PathSelector"][];
            };
            /** @default {} */
            limits?: {
                /** @default 20 */
                nodes?: number;
                /** @default 50 */
                endpoints?: number;
                /** @default 500 */
                paths?: number;
            };
            /** @default [] */
            checks?: components["schemas"]["Check"][];
            /** @default 1 */
            samples?: number;
            /** @default {} */
            retries?: {
                /** @default 0 */
                limit?: number;
                /** @default 1000 */
                delayMs?: number;
            };
            /** @default 0 */
            settleMs?: number;
            /** @default {} */
            expect?: {
                /** @default [] */
                reachable?: components["schemas"]["PathSelector"][];
                /** @default [] */
                unreachable?: components["schemas"]["PathSelector"][];
                /**
                 * @description The job fails if a path is answered by another application than the endpoints (`wrong_responder`)
                 * @default false
                 */
                sameResponder?: boolean;
            };
            /** @default 5000 */
            timeoutMs?: number;
            deadlineMs?: number;
            /** @enum {string} */
            vantage?: "in-cluster" | "outside" | "edge";
            /** @default true */
            history?: boolean;
            /** @default {} */
            labels?: {
                [key: string]: string;
            };
        };
        Compare: {
            /** @example cmp_01KAXW0000EXAMPLE0000000AB */
            id: string;
            /** @enum {string} */
            status: "queued" | "running" | "finished" | "cancelled";
            /** @description null until finished */
            verdict: components["schemas"]["Verdict"] | null;
            /** @description Why the job as a whole could not be done */
            problem: components["schemas"]["JobProblem"] | null;
            /**
             * Format: date-time
             * @example 2026-11-23T09:00:00.000Z
             */
            createdAt: string;
            /**
             * Format: date-time
             * @example 2026-11-23T09:00:00.000Z
             */
            startedAt: string | null;
            /**
             * Format: date-time
             * @example 2026-11-23T09:00:00.000Z
             */
            finishedAt: string | null;
            durationMs: number | null;
            vantage: components["schemas"]["VantageName"];
            labels: {
                [key: string]: string;
            };
            objects: components["schemas"]["ObjectsUsed"];
            target: {
                cluster: string;
                namespace: string;
                /** @description null: every Service that the two sides route to */
                service: string | null;
            };
            left: {
                kind: string;
                namespace: string | null;
                name: string;
                addresses: {
                    ingressController: string[];
                    controllerPorts: {
                        http: number;
                        https: number;
                    } | null;
                } | null;
            } | {
                job: string;
            };
            right: {
                kind: string;
                namespace: string | null;
                name: string;
                addresses: {
                    ingressController: string[];
                    controllerPorts: {
                        http: number;
                        https: number;
                    } | null;
                } | null;
            } | {
                job: string;
            };
            ignoreHeaders: string[];
            methods: string[] | null;
            /** @description How often each request is sent to each side */
            triesEach: number;
            /** @description Counts of requests */
            summary: {
                alike: number;
                different: number;
                error: number;
                unasked: number;
                notSent: number;
            };
            requests: components["schemas"]["ComparedRequest"][];
            /** @description Requests that the rules promise and that were not sent */
            notSent: {
                /** @enum {string} */
                side: "left" | "right";
                request: string;
                reason: string;
            }[];
        };
        ComparedRequest: {
            /** @example req-001 */
            id: string;
            method: string;
            /** @enum {string} */
            scheme: "http" | "https";
            /** @description null: the rule has none; each request names the address of its side */
            host: string | null;
            /** @description The path, with its query */
            path: string;
            headers: {
                [key: string]: string;
            };
            /**
             * @description null until both sides have been asked; `unasked`: one side could not be, which says nothing about it
             * @enum {string|null}
             */
            outcome: "alike" | "different" | "error" | "unasked" | null;
            reason: string | null;
            left: components["schemas"]["SideAnswer"];
            right: components["schemas"]["SideAnswer"];
            differences: components["schemas"]["Difference"][];
            /** @description Differences, between the sides or within one, that do not count */
            notCounted: {
                field: string;
                why: string;
            }[];
        };
        SideAnswer: {
            /** @description null: it was not asked */
            address: string | null;
            addressPort: number | null;
            /** @description The fields that promise the request; empty: the rules of this side do not */
            because: string[];
            /** @description The first answer; null: there was none */
            answer: {
                status: number;
                location: string | null;
                contentType: string | null;
                bodyBytes: number;
                bodySha256: string;
            } | null;
            failure: {
                code: string;
                message: string;
            } | null;
            tries: number;
            /** @description The median of its answers, which decides nothing */
            totalMs: number | null;
            /** @description A command that sends this side the same request */
            curl: string | null;
        };
        Difference: {
            /**
             * @description Kinds may be added
             * @enum {string}
             */
            kind: "routing" | "listener" | "connection" | "status" | "redirect" | "certificate" | "header" | "cookie" | "body";
            /** @example header x-frame-options */
            field: string;
            /** @description As this side answered; null: it is not there */
            left: string | null;
            /** @description As this side answered; null: it is not there */
            right: string | null;
            /** @description What it means for a move from one side to the other */
            means: string;
            /** @description What to do */
            next: string;
        };
        /**
         * @example {
         *       "target": {
         *         "manifests": "apiVersion: v1\nkind: Service\nmetadata: { name: toad, namespace: pond }\nspec:\n  type: NodePort\n  clusterIP: 10.96.0.7\n  selector: { app: toad }\n  ports: [{ name: http, port: 80, targetPort: 8080, nodePort: 30080 }]\n---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: { name: toad, namespace: pond }\nspec:\n  rules:\n    - host: toad.example\n      http: { paths: [{ path: /, pathType: Prefix, backend: { service: { name: toad, port: { name: http } } } }] }\nstatus: { loadBalancer: { ingress: [{ ip: 203.0.113.7 }] } }\n---\napiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: { name: edge, namespace: pond }\nspec: { gatewayClassName: edge, listeners: [{ name: http, protocol: HTTP, port: 80 }] }\nstatus: { addresses: [{ type: IPAddress, value: 203.0.113.8 }] }\n---\napiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: { name: toad, namespace: pond }\nspec:\n  parentRefs: [{ name: edge }]\n  hostnames: [toad.example]\n  rules: [{ backendRefs: [{ name: toad, port: 80 }] }]\n"
         *       },
         *       "left": {
         *         "kind": "Ingress",
         *         "name": "toad"
         *       },
         *       "right": {
         *         "kind": "HTTPRoute",
         *         "name": "toad"
         *       },
         *       "ignoreHeaders": [
         *         "x-served-by"
         *       ]
         *     }
         */
        CompareRequest: {
            /**
             * @description The source of the objects: `manifests`, else the live cluster. Without `service` the comparison is about every Service that the two sides route to. Not needed if both sides are jobs
             * @default {}
             */
            target?: {
                cluster?: string;
                manifests?: string | {
                    [key: string]: unknown;
                }[];
                namespace?: string;
                service?: string;
            };
            left: components["schemas"]["CompareSide"];
            right: components["schemas"]["CompareSide"];
            addresses?: components["schemas"]["Addresses"];
            /**
             * @description To be ignored besides those that always are
             * @default []
             * @example [
             *       "x-served-by",
             *       "x-legacy-*"
             *     ]
             */
            ignoreHeaders?: string[];
            /** @description Methods that may be sent. Left out: GET, and HEAD where a rule takes no other. Given: a rule that takes any method is asked with each of these */
            methods?: ("GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS")[];
            /**
             * @description Beyond it, a hash chooses the requests that are sent; the others are listed as not sent
             * @default {}
             */
            limits?: {
                /** @default 200 */
                requests?: number;
            };
            /** @default 5000 */
            timeoutMs?: number;
            deadlineMs?: number;
            /** @enum {string} */
            vantage?: "in-cluster" | "outside" | "edge";
            /** @default {} */
            labels?: {
                [key: string]: string;
            };
        };
        /** @description A kind of object whose paths are routed, and its name (namespace: that of the target if left out); or a job */
        CompareSide: {
            /** @example HTTPRoute */
            kind: string;
            namespace?: string;
            name: string;
            addresses?: components["schemas"]["SideAddresses"];
        } | {
            /** @description A job that has ended: the requests that it had planned for routers are sent again */
            job: string;
        };
        /** @description The address of the router of this side, in place of what the objects and `addresses` say */
        SideAddresses: {
            ingressController?: string[];
            controllerPorts?: {
                /** @default 80 */
                http?: number;
                /** @default 443 */
                https?: number;
            };
        };
        Schedule: {
            /** @example sch_01KAXW0000EXAMPLE0000000AB */
            id: string;
            name: string;
            /**
             * @description Five fields (minute hour day-of-month month day-of-week), @hourly, @daily, @weekly, @monthly, @yearly, or @every with a duration like 30s or 1h30m
             * @example *\/5 * * * *
             */
            cron: string;
            /**
             * @description IANA
             * @example Europe/Berlin
             */
            timeZone: string;
            /** @description A run is due up to this long after its occurrence, decided by the schedule and the occurrence */
            jitterMs: number;
            /**
             * @description When the run before has not ended: `skip` leaves the run out, `queue` lets it wait; one waits at most
             * @enum {string}
             */
            overlap: "skip" | "queue";
            /** @description false: paused. Runs that pass meanwhile are not made up for. */
            enabled: boolean;
            /**
             * @description The part of Portolan that made it, which alone may change it; null: it was made over the API
             * @enum {string|null}
             */
            managedBy: "discovery" | null;
            target: {
                cluster: string;
                namespace: string | null;
                service: string | null;
            };
            /**
             * Format: date-time
             * @example 2026-11-23T09:00:00.000Z
             */
            createdAt: string;
            /**
             * Format: date-time
             * @example 2026-11-23T09:00:00.000Z
             */
            updatedAt: string;
            /**
             * Format: date-time
             * @description The next run, with its jitter; null: paused
             * @example 2026-11-23T09:00:00.000Z
             */
            nextRunAt: string | null;
            /** @description The next three runs, with their jitter; `nextRunAt` is the first. Empty: paused, or there are no more */
            nextRuns: string[];
            lastRun: {
                /**
                 * Format: date-time
                 * @description The occurrence
                 * @example 2026-11-23T09:00:00.000Z
                 */
                at: string;
                /** @enum {string} */
                outcome: "started" | "skipped" | "failed";
                /** @description Why it could not be started */
                problem: components["schemas"]["JobProblem"] | null;
            } | null;
            /** @description Runs that were left out since the schedule was made, as the one before had not ended (`overlap: skip`); null: none */
            leftOut: {
                runs: number;
                /**
                 * Format: date-time
                 * @description The last of these occurrences
                 * @example 2026-11-23T09:00:00.000Z
                 */
                lastAt: string;
            } | null;
            /** @description How often, since the schedule was made, occurrences passed and no run could begin: no server was up, its queue was full, or a run waited already (`overlap: queue`); null: never */
            missed: {
                times: number;
                /**
                 * Format: date-time
                 * @description The first occurrence that was missed the last time
                 * @example 2026-11-23T09:00:00.000Z
                 */
                from: string;
                /**
                 * Format: date-time
                 * @description The occurrence whose run made up for them
                 * @example 2026-11-23T09:00:00.000Z
                 */
                to: string;
            } | null;
            /** @description How many of its last runs, in a row, could not be started; `lastRun.problem` says why */
            failing: {
                runs: number;
                /**
                 * Format: date-time
                 * @example 2026-11-23T09:00:00.000Z
                 */
                since: string;
            } | null;
            /** @description At least its last 3 runs could not be started. It keeps trying, and recovers by itself */
            stalled: {
                /**
                 * Format: date-time
                 * @example 2026-11-23T09:00:00.000Z
                 */
                since: string;
                problem: components["schemas"]["JobProblem"] | null;
            } | null;
            /** @description The newest job, whatever started the run; null for batches */
            lastJob: components["schemas"]["JobHead"] | null;
            lastBatch: components["schemas"]["Batch"] | null;
            job: components["schemas"]["ScheduledRequest"] | null;
            batch: components["schemas"]["ScheduledRequest"] | null;
        };
        /** @description A request without its objects and the values of write-only fields */
        ScheduledRequest: {
            addresses: components["schemas"]["AnsweredAddresses"];
            /** @default {} */
            paths: {
                /** @default [] */
                include: components["schemas"]["PathSelector"][];
                /** @default [] */
                exclude: components["schemas"]["PathSelector"][];
            };
            /** @default {} */
            limits: {
                /** @default 20 */
                nodes: number;
                /** @default 50 */
                endpoints: number;
                /** @default 500 */
                paths: number;
            };
            /** @default 1 */
            samples: number;
            /** @default {} */
            retries: {
                /** @default 0 */
                limit: number;
                /** @default 1000 */
                delayMs: number;
            };
            /** @default 0 */
            settleMs: number;
            /** @default {} */
            expect: {
                /** @default [] */
                reachable: components["schemas"]["PathSelector"][];
                /** @default [] */
                unreachable: components["schemas"]["PathSelector"][];
                /**
                 * @description The job fails if a path is answered by another application than the endpoints (`wrong_responder`)
                 * @default false
                 */
                sameResponder: boolean;
            };
            /** @default 5000 */
            timeoutMs: number;
            /** @default true */
            history: boolean;
            /** @default {} */
            labels: {
                [key: string]: string;
            };
            target: {
                cluster: string;
                namespace: string | null;
                service: string | null;
                /** @description `*`: all namespaces */
                namespaces?: string[] | "*";
                /** @description The selector as it was given */
                selector?: string | {
                    [key: string]: string;
                };
            };
            /** @description The number of objects of each kind in the manifests */
            objects: {
                [key: string]: number;
            } | null;
            checks: components["schemas"]["AnsweredCheck"][];
            deadlineMs: number | null;
            /** @enum {string|null} */
            vantage: "in-cluster" | "outside" | "edge" | null;
            /**
             * @description Fields of checks that are set and not shown
             * @example {
             *       "home": [
             *         "headers"
             *       ]
             *     }
             */
            writeOnly: {
                [key: string]: string[];
            };
        };
        /**
         * @example {
         *       "name": "toad, every five minutes",
         *       "cron": "*\/5 * * * *",
         *       "timeZone": "Europe/Berlin",
         *       "job": {
         *         "target": {
         *           "manifests": "apiVersion: v1\nkind: Service\nmetadata: { name: toad, namespace: pond }\nspec:\n  type: NodePort\n  clusterIP: 10.96.0.7\n  selector: { app: toad }\n  ports: [{ name: http, port: 80, targetPort: 8080, nodePort: 30080 }]\n---\napiVersion: v1\nkind: Node\nmetadata: { name: node-1 }\nstatus: { addresses: [{ type: InternalIP, address: 10.0.0.11 }] }\n"
         *         },
         *         "addresses": {
         *           "dnsServers": [
         *             "10.96.0.10"
         *           ]
         *         },
         *         "checks": [
         *           {
         *             "type": "http",
         *             "name": "home",
         *             "path": "/healthz",
         *             "expect": {
         *               "validStatusCodes": [
         *                 "2xx"
         *               ],
         *               "maxDurationMs": 2000
         *             }
         *           }
         *         ],
         *         "samples": 3,
         *         "labels": {
         *           "commit": "4f2a91c"
         *         }
         *       }
         *     }
         */
        ScheduleRequest: {
            name: string;
            /**
             * @description Five fields (minute hour day-of-month month day-of-week), @hourly, @daily, @weekly, @monthly, @yearly, or @every with a duration like 30s or 1h30m
             * @example *\/5 * * * *
             */
            cron: string;
            /**
             * @description IANA
             * @default UTC
             * @example Europe/Berlin
             */
            timeZone?: string;
            /**
             * @description A run is due up to this long after its occurrence, decided by the schedule and the occurrence
             * @default 0
             */
            jitterMs?: number;
            /**
             * @description When the run before has not ended: `skip` leaves the run out, `queue` lets it wait; one waits at most
             * @default skip
             * @enum {string}
             */
            overlap?: "skip" | "queue";
            /**
             * @description false: paused. Runs that pass meanwhile are not made up for.
             * @default true
             */
            enabled?: boolean;
            job?: components["schemas"]["JobRequest"];
            batch?: components["schemas"]["BatchRequest"];
        };
        ScheduleHead: {
            /** @example sch_01KAXW0000EXAMPLE0000000AB */
            id: string;
            name: string;
            /**
             * @description Five fields (minute hour day-of-month month day-of-week), @hourly, @daily, @weekly, @monthly, @yearly, or @every with a duration like 30s or 1h30m
             * @example *\/5 * * * *
             */
            cron: string;
            /**
             * @description IANA
             * @example Europe/Berlin
             */
            timeZone: string;
            /** @description A run is due up to this long after its occurrence, decided by the schedule and the occurrence */
            jitterMs: number;
            /**
             * @description When the run before has not ended: `skip` leaves the run out, `queue` lets it wait; one waits at most
             * @enum {string}
             */
            overlap: "skip" | "queue";
            /** @description false: paused. Runs that pass meanwhile are not made up for. */
            enabled: boolean;
            /**
             * @description The part of Portolan that made it, which alone may change it; null: it was made over the API
             * @enum {string|null}
             */
            managedBy: "discovery" | null;
            target: {
                cluster: string;
                namespace: string | null;
                service: string | null;
            };
            /**
             * Format: date-time
             * @example 2026-11-23T09:00:00.000Z
             */
            createdAt: string;
            /**
             * Format: date-time
             * @example 2026-11-23T09:00:00.000Z
             */
            updatedAt: string;
            /**
             * Format: date-time
             * @description The next run, with its jitter; null: paused
             * @example 2026-11-23T09:00:00.000Z
             */
            nextRunAt: string | null;
            /** @description The next three runs, with their jitter; `nextRunAt` is the first. Empty: paused, or there are no more */
            nextRuns: string[];
            lastRun: {
                /**
                 * Format: date-time
                 * @description The occurrence
                 * @example 2026-11-23T09:00:00.000Z
                 */
                at: string;
                /** @enum {string} */
                outcome: "started" | "skipped" | "failed";
                /** @description Why it could not be started */
                problem: components["schemas"]["JobProblem"] | null;
            } | null;
            /** @description Runs that were left out since the schedule was made, as the one before had not ended (`overlap: skip`); null: none */
            leftOut: {
                runs: number;
                /**
                 * Format: date-time
                 * @description The last of these occurrences
                 * @example 2026-11-23T09:00:00.000Z
                 */
                lastAt: string;
            } | null;
            /** @description How often, since the schedule was made, occurrences passed and no run could begin: no server was up, its queue was full, or a run waited already (`overlap: queue`); null: never */
            missed: {
                times: number;
                /**
                 * Format: date-time
                 * @description The first occurrence that was missed the last time
                 * @example 2026-11-23T09:00:00.000Z
                 */
                from: string;
                /**
                 * Format: date-time
                 * @description The occurrence whose run made up for them
                 * @example 2026-11-23T09:00:00.000Z
                 */
                to: string;
            } | null;
            /** @description How many of its last runs, in a row, could not be started; `lastRun.problem` says why */
            failing: {
                runs: number;
                /**
                 * Format: date-time
                 * @example 2026-11-23T09:00:00.000Z
                 */
                since: string;
            } | null;
            /** @description At least its last 3 runs could not be started. It keeps trying, and recovers by itself */
            stalled: {
                /**
                 * Format: date-time
                 * @example 2026-11-23T09:00:00.000Z
                 */
                since: string;
                problem: components["schemas"]["JobProblem"] | null;
            } | null;
            /** @description The newest job, whatever started the run; null for batches */
            lastJob: components["schemas"]["JobHead"] | null;
            lastBatch: components["schemas"]["Batch"] | null;
        };
        /** @description Fields that are given are changed; `job` and `batch` are replaced as a whole, except for what `keep` names */
        SchedulePatch: {
            name?: string;
            /**
             * @description Five fields (minute hour day-of-month month day-of-week), @hourly, @daily, @weekly, @monthly, @yearly, or @every with a duration like 30s or 1h30m
             * @example *\/5 * * * *
             */
            cron?: string;
            /**
             * @description IANA
             * @example Europe/Berlin
             */
            timeZone?: string;
            /** @description A run is due up to this long after its occurrence, decided by the schedule and the occurrence */
            jitterMs?: number;
            /**
             * @description When the run before has not ended: `skip` leaves the run out, `queue` lets it wait; one waits at most
             * @enum {string}
             */
            overlap?: "skip" | "queue";
            /** @description false: paused. Runs that pass meanwhile are not made up for. */
            enabled?: boolean;
            job?: components["schemas"]["JobRequest"];
            batch?: components["schemas"]["BatchRequest"];
            keep?: components["schemas"]["ScheduleKeep"];
        };
        /** @description With `job` or `batch`: hidden parts of the schedule that are to stay as they are */
        ScheduleKeep: {
            /**
             * @description Keep the manifests of the schedule; the target must bring none
             * @default false
             */
            manifests?: boolean;
            /**
             * @description Fields of checks, by the name of the check, as the schedule shows them under `writeOnly`. They are kept only where they are sent to the same place as before
             * @default {}
             * @example {
             *       "home": [
             *         "headers"
             *       ]
             *     }
             */
            writeOnly?: {
                [key: string]: ("headers" | "body" | "metadata" | "queryResponse")[];
            };
        };
        ListedService: {
            target: components["schemas"]["Target"];
            /**
             * Format: date-time
             * @example 2026-11-23T09:00:00.000Z
             */
            firstAt: string;
            /**
             * @description The current state over all its paths; a path that the last job left out keeps its last state. null: never tested
             * @enum {string|null}
             */
            state: "pass" | "fail" | null;
            /**
             * Format: date-time
             * @example 2026-11-23T09:00:00.000Z
             */
            sinceAt: string | null;
            lastVerdict: components["schemas"]["Verdict"];
            /** @description The last job, which may have left paths out; `lastVerdict` is its verdict */
            lastJobId: string;
            /**
             * Format: date-time
             * @example 2026-11-23T09:00:00.000Z
             */
            lastAt: string;
            lastSummary: components["schemas"]["Summary"] | null;
            /** @description pass / (pass + fail); null with nothing tested. `error` and `skipped` are never counted. */
            availability: number | null;
            counts: components["schemas"]["Counts"];
            openIncidents: number;
            /** @description The first finding of the current diagnosis; null while it passes, or if there is none */
            cause: {
                code: string;
                layer: string;
                /** @enum {string} */
                confidence: "certain" | "likely" | "possible";
                title: string;
            } | null;
            /** @description Every day, the oldest first, today last */
            days?: components["schemas"]["ServiceDay"][];
            /** @description The 95th percentile of passing tries since yesterday, 00:00 UTC; within 2.2 % */
            p95Ms?: number | null;
        };
        /** @description Counts of the tries that decided: one for each sample, address and check */
        Counts: {
            pass: number;
            fail: number;
            error: number;
            skipped: number;
        };
        ServiceDay: {
            /**
             * Format: date
             * @description UTC
             * @example 2026-11-28
             */
            day: string;
            pass: number;
            fail: number;
            error: number;
            /** @description pass / (pass + fail); null with nothing tested. `error` and `skipped` are never counted. */
            availability: number | null;
            /**
             * @description fail: a try failed, or a job did as what it expected of all paths was not met; null: nothing tested
             * @enum {string|null}
             */
            state: "pass" | "fail" | null;
        };
        /** @description The number of Services in each state, of all that match the query without `verdict`, on all pages */
        ServiceTotals: {
            fail: number;
            unknown: number;
            pass: number;
        };
        ServiceHistory: {
            target: components["schemas"]["Target"];
            /**
             * Format: date-time
             * @example 2026-11-23T09:00:00.000Z
             */
            firstAt: string;
            /**
             * @description The current state over all its paths; a path that the last job left out keeps its last state. null: never tested
             * @enum {string|null}
             */
            state: "pass" | "fail" | null;
            /**
             * Format: date-time
             * @example 2026-11-23T09:00:00.000Z
             */
            sinceAt: string | null;
            lastVerdict: components["schemas"]["Verdict"];
            /** @description The last job, which may have left paths out; `lastVerdict` is its verdict */
            lastJobId: string;
            /**
             * Format: date-time
             * @example 2026-11-23T09:00:00.000Z
             */
            lastAt: string;
            lastSummary: components["schemas"]["Summary"] | null;
            /** @description pass / (pass + fail); null with nothing tested. `error` and `skipped` are never counted. */
            availability: number | null;
            counts: components["schemas"]["Counts"];
            openIncidents: number;
            /** @description The first finding of the current diagnosis; null while it passes, or if there is none */
            cause: {
                code: string;
                layer: string;
                /** @enum {string} */
                confidence: "certain" | "likely" | "possible";
                title: string;
            } | null;
            /** @description The objects that the plan of the last job, and so each `because`, rests on; null: that job is no longer kept */
            objects: components["schemas"]["ObjectsUsed"] | null;
            discovery: components["schemas"]["Discovered"] | null;
            diagnosis: components["schemas"]["Diagnosis"] | null;
            paths: components["schemas"]["PathState"][];
        };
        /** @description What discovery made of its annotations, and what it refused */
        Discovered: {
            /** @description Id of the schedule that discovery keeps; null: none */
            schedule: string | null;
            rejected: {
                /** @example Service/default/toad-svc */
                object: string;
                /** @example portolan.dev/job */
                annotation: string;
                /**
                 * @description The place in its YAML, as a JSON pointer; null: the annotation as a whole
                 * @example /checks/0/headers
                 */
                field: string | null;
                detail: string;
            }[];
        };
        PathState: {
            /** @description Deterministic: the same from job to job, as long as the path is the same way */
            id: string;
            /** @enum {string} */
            kind: "DNS" | "ClusterIP" | "NodePort" | "LoadBalancer" | "Ingress" | "HTTPRoute" | "GRPCRoute" | "TLSRoute" | "TCPRoute" | "UDPRoute" | "Route" | "Endpoint" | "ExternalIP" | "ExternalName" | "Environment";
            port: {
                name: string | null;
                number: number;
                /** @enum {string} */
                protocol: "TCP" | "UDP" | "SCTP";
            } | null;
            address: string | null;
            addressPort: number | null;
            /** @enum {string|null} */
            family: "IPv4" | "IPv6" | null;
            node: string | null;
            /** @description The pod behind an endpoint, as far as the objects tell */
            pod: string | null;
            /**
             * @description Which endpoints the address leads to: `Cluster`: any; `Local`: those of the node where the connection arrives, by `externalTrafficPolicy` or `internalTrafficPolicy`. null: nothing translates the address
             * @enum {string|null}
             */
            trafficPolicy: "Cluster" | "Local" | null;
            host: string | null;
            serverName: string | null;
            rulePath: string | null;
            /** @description The Gateway or ListenerSet that a route is attached to; for an Ingress, its class */
            parent: {
                kind: string;
                namespace: string | null;
                name: string;
                /** @description The name of the listener */
                section: string | null;
            } | null;
            /** @description What the rule of a route asks of a request. An Ingress has rulePath and pathType */
            match: {
                type: string | null;
                path: string | null;
                method: string | null;
                headers: {
                    name: string;
                    value: string;
                    /**
                     * @description Whether the value is a regular expression
                     * @enum {boolean}
                     */
                    regex?: true;
                }[];
                query: {
                    name: string;
                    value: string;
                    /**
                     * @description Whether the value is a regular expression
                     * @enum {boolean}
                     */
                    regex?: true;
                }[];
            } | null;
            url: string | null;
            /** @enum {string} */
            expected: "reachable" | "unreachable" | "unknown";
            /** @description The object fields that each part came from */
            because: string[];
            shortCut: boolean;
            skipped: {
                /** @enum {string} */
                reason: "vantage" | "pending" | "unprobeable" | "policy" | "excluded" | "sampled" | "not_expected" | "gone";
                detail: string;
            } | null;
            /** @description Environment: the variable that Kubernetes sets */
            variable: {
                name: string;
            } | null;
            /**
             * @description The last outcome that was found; errors of Portolan do not change it. null: never tested
             * @enum {string|null}
             */
            state: "pass" | "fail" | null;
            /**
             * Format: date-time
             * @example 2026-11-23T09:00:00.000Z
             */
            sinceAt: string | null;
            lastFailure: {
                /**
                 * Format: date-time
                 * @example 2026-11-23T09:00:00.000Z
                 */
                at: string;
                /** @enum {string|null} */
                code: "dns_not_found" | "dns_no_data" | "dns_server_failure" | "dns_refused" | "dns_timeout" | "wrong_address" | "connection_refused" | "connect_timeout" | "host_unreachable" | "network_unreachable" | "connection_reset" | "connect_failed" | "udp_timeout" | "tls_handshake_failed" | "tls_not_spoken" | "tls_timeout" | "certificate_expired" | "certificate_not_yet_valid" | "certificate_name_mismatch" | "certificate_untrusted" | "certificate_expires_soon" | "response_timeout" | "body_timeout" | "connection_closed" | "invalid_response" | "not_grpc" | "malformed_response" | "response_too_large" | "too_many_redirects" | "redirect_loop" | "dns_answer_malformed" | "dns_answer_wrong_id" | "dns_answer_wrong_question" | "unexpected_status" | "unexpected_header" | "unexpected_body" | "unexpected_data" | "unexpected_rcode" | "websocket_not_upgraded" | "websocket_handshake_invalid" | "not_serving" | "unexpected_grpc_status" | "too_slow" | "unexpectedly_reachable" | "environment_mismatch" | "blocked_by_policy" | "deadline_exceeded" | "cancelled" | "limit_exceeded" | "certificate_not_seen" | "expectation_too_costly" | "local_resources_exhausted" | "internal" | null;
            } | null;
            /**
             * Format: date-time
             * @description The end of the last job that planned it
             * @example 2026-11-23T09:00:00.000Z
             */
            retiredAt: string | null;
            states: {
                check: string;
                vantage: components["schemas"]["VantageName"];
                /**
                 * @description The last outcome that was found; errors of Portolan do not change it. null: never tested
                 * @enum {string|null}
                 */
                state: "pass" | "fail" | null;
                /**
                 * Format: date-time
                 * @example 2026-11-23T09:00:00.000Z
                 */
                sinceAt: string | null;
                lastOutcome: components["schemas"]["Outcome"];
                /**
                 * Format: date-time
                 * @example 2026-11-23T09:00:00.000Z
                 */
                lastAt: string;
                lastFailure: {
                    /**
                     * Format: date-time
                     * @example 2026-11-23T09:00:00.000Z
                     */
                    at: string;
                    /** @enum {string|null} */
                    code: "dns_not_found" | "dns_no_data" | "dns_server_failure" | "dns_refused" | "dns_timeout" | "wrong_address" | "connection_refused" | "connect_timeout" | "host_unreachable" | "network_unreachable" | "connection_reset" | "connect_failed" | "udp_timeout" | "tls_handshake_failed" | "tls_not_spoken" | "tls_timeout" | "certificate_expired" | "certificate_not_yet_valid" | "certificate_name_mismatch" | "certificate_untrusted" | "certificate_expires_soon" | "response_timeout" | "body_timeout" | "connection_closed" | "invalid_response" | "not_grpc" | "malformed_response" | "response_too_large" | "too_many_redirects" | "redirect_loop" | "dns_answer_malformed" | "dns_answer_wrong_id" | "dns_answer_wrong_question" | "unexpected_status" | "unexpected_header" | "unexpected_body" | "unexpected_data" | "unexpected_rcode" | "websocket_not_upgraded" | "websocket_handshake_invalid" | "not_serving" | "unexpected_grpc_status" | "too_slow" | "unexpectedly_reachable" | "environment_mismatch" | "blocked_by_policy" | "deadline_exceeded" | "cancelled" | "limit_exceeded" | "certificate_not_seen" | "expectation_too_costly" | "local_resources_exhausted" | "internal" | null;
                } | null;
            }[];
        };
        HistoryResult: {
            /** @example res_01KAXW0000EXAMPLE0000000AB */
            id: string;
            check: string;
            sample: number;
            try: number;
            round: number;
            /** @enum {string} */
            purpose: "check" | "control";
            outcome: components["schemas"]["Outcome"];
            /**
             * Format: date-time
             * @example 2026-11-23T09:00:00.000Z
             */
            startedAt: string;
            resolvedAddress: string | null;
            localAddress: string | null;
            timings: components["schemas"]["Timings"];
            dns: components["schemas"]["DnsEvidence"] | null;
            http: components["schemas"]["HttpEvidence"] | null;
            tls: components["schemas"]["TlsEvidence"] | null;
            responder: string | null;
            malformed?: components["schemas"]["MalformedEvidence"];
            grpc?: components["schemas"]["GrpcEvidence"];
            /**
             * @description What answered in place of the expected protocol, if its first bytes tell
             * @enum {string}
             */
            speaks?: "http1" | "http2" | "tls" | "ssh" | "smtp_or_ftp" | "redis" | "amqp" | "mysql" | "postgres";
            failure: components["schemas"]["Failure"] | null;
            /** @description For a control probe of the diagnosis: what was asked, and of which server */
            control?: {
                /** @enum {string} */
                kind: "kubernetes_cluster_ip" | "dns_cluster_ip" | "dns_over_udp" | "dns_over_tcp" | "dns_pod" | "declared_port" | "other_family" | "health_check_node_port" | "small_answer" | "large_request" | "with_host" | "other_host" | "again" | "other_scheme" | "proxy_protocol";
                to: string;
                nth: number;
            };
            jobId: string;
            pathId: string;
            vantage: components["schemas"]["VantageName"];
            /** @description false: another try of the same sample decided */
            counted: boolean;
        };
        Series: {
            /**
             * @description Longer than asked for if nothing that fine is kept
             * @example 1h
             */
            step: string;
            points: {
                /**
                 * Format: date-time
                 * @example 2026-11-23T09:00:00.000Z
                 */
                at: string;
                pass: number;
                fail: number;
                error: number;
                skipped: number;
                p50Ms: number | null;
                p95Ms: number | null;
                p99Ms: number | null;
            }[];
        };
        Incident: {
            id: string;
            /** @description null: the Service as a whole */
            path: string | null;
            check: string;
            vantage: components["schemas"]["VantageName"];
            /**
             * Format: date-time
             * @example 2026-11-23T09:00:00.000Z
             */
            startedAt: string;
            /**
             * Format: date-time
             * @example 2026-11-23T09:00:00.000Z
             */
            endedAt: string | null;
            /** @description How long it failed, without the healthy minutes between failures that count as one incident; null while open */
            failingMs: number | null;
            failures: components["schemas"]["FailureCounts"];
            /** @description What the diagnosis found when it began */
            finding: {
                code: string;
                layer: string;
                /** @enum {string} */
                confidence: "certain" | "likely" | "possible";
                title: string;
            } | null;
        };
        /** @description Failing tries by failure code */
        FailureCounts: {
            dns_not_found?: number;
            dns_no_data?: number;
            dns_server_failure?: number;
            dns_refused?: number;
            dns_timeout?: number;
            wrong_address?: number;
            connection_refused?: number;
            connect_timeout?: number;
            host_unreachable?: number;
            network_unreachable?: number;
            connection_reset?: number;
            connect_failed?: number;
            udp_timeout?: number;
            tls_handshake_failed?: number;
            tls_not_spoken?: number;
            tls_timeout?: number;
            certificate_expired?: number;
            certificate_not_yet_valid?: number;
            certificate_name_mismatch?: number;
            certificate_untrusted?: number;
            certificate_expires_soon?: number;
            response_timeout?: number;
            body_timeout?: number;
            connection_closed?: number;
            invalid_response?: number;
            not_grpc?: number;
            malformed_response?: number;
            response_too_large?: number;
            too_many_redirects?: number;
            redirect_loop?: number;
            dns_answer_malformed?: number;
            dns_answer_wrong_id?: number;
            dns_answer_wrong_question?: number;
            unexpected_status?: number;
            unexpected_header?: number;
            unexpected_body?: number;
            unexpected_data?: number;
            unexpected_rcode?: number;
            websocket_not_upgraded?: number;
            websocket_handshake_invalid?: number;
            not_serving?: number;
            unexpected_grpc_status?: number;
            too_slow?: number;
            unexpectedly_reachable?: number;
            environment_mismatch?: number;
            blocked_by_policy?: number;
            deadline_exceeded?: number;
            cancelled?: number;
            limit_exceeded?: number;
            certificate_not_seen?: number;
            expectation_too_costly?: number;
            local_resources_exhausted?: number;
            internal?: number;
        };
        TargetIncident: {
            target: components["schemas"]["Target"];
            id: string;
            /** @description null: the Service as a whole */
            path: string | null;
            check: string;
            vantage: components["schemas"]["VantageName"];
            /**
             * Format: date-time
             * @example 2026-11-23T09:00:00.000Z
             */
            startedAt: string;
            /**
             * Format: date-time
             * @example 2026-11-23T09:00:00.000Z
             */
            endedAt: string | null;
            /** @description How long it failed, without the healthy minutes between failures that count as one incident; null while open */
            failingMs: number | null;
            failures: components["schemas"]["FailureCounts"];
            /** @description What the diagnosis found when it began */
            finding: {
                code: string;
                layer: string;
                /** @enum {string} */
                confidence: "certain" | "likely" | "possible";
                title: string;
            } | null;
        };
        Cluster: {
            name: string;
            /**
             * @description null: no access to it is configured
             * @enum {string|null}
             */
            source: "kubeconfig" | "in-cluster" | null;
            /**
             * @description syncing: it has not answered yet. refused: the credentials are not accepted or not available, or it is another cluster than before. absent: no access to it is configured
             * @enum {string}
             */
            state: "synced" | "syncing" | "unreachable" | "refused" | "absent";
            /**
             * Format: date-time
             * @example 2026-11-23T09:00:00.000Z
             */
            since: string;
            /** @description The URL of the API server, without credentials */
            server: string | null;
            version: string | null;
            /**
             * @description Whether it is the cluster that had this name before, by the UID of its namespace kube-system. unknown: Portolan may not read that. other: it is another one, and its jobs are refused
             * @enum {string}
             */
            identity: "known" | "unknown" | "other";
            /** @description Why it is not synced, in one line */
            problem: string | null;
            /** @description The kinds that were read so far. Empty for a token that is narrowed to namespaces */
            kinds: {
                /** @example Service */
                kind: string;
                /** @description The number of objects that a watch holds; null: the kind is read when needed */
                count: number | null;
                watched: boolean;
                /** @description Milliseconds since the held objects were confirmed; null: none are held */
                lagMs: number | null;
                forbidden: boolean;
                /** @description Where it is forbidden: the role to add, as YAML for `kubectl apply -f -`, bound to a name that you fill in */
                rule: string | null;
            }[];
        };
        LiveService: {
            namespace: string;
            name: string;
            /** @example ClusterIP */
            type: string;
            ports: {
                name: string | null;
                port: number;
                protocol: string;
            }[];
            /** @description Ingresses, Gateway API routes and OpenShift Routes that name it as their backend */
            routes: {
                kind: string;
                namespace: string;
                name: string;
            }[];
            /** @description Kinds of routes that were not read, so that some routes may be missing */
            unread: string[];
            /** @description null: it was never probed with `history` */
            lastVerdict: components["schemas"]["Verdict"] | null;
            lastJobId: string | null;
            /**
             * Format: date-time
             * @example 2026-11-23T09:00:00.000Z
             */
            lastAt: string | null;
        };
        Report: {
            /**
             * Format: date-time
             * @description The beginning of what was covered: whole hours or days where nothing finer is kept
             * @example 2026-11-23T09:00:00.000Z
             */
            from: string;
            /**
             * Format: date-time
             * @example 2026-11-23T09:00:00.000Z
             */
            to: string;
            verdict: components["schemas"]["Verdict"];
            objective: number;
            /** @description pass / (pass + fail); null with nothing tested. `error` and `skipped` are never counted. */
            availability: number | null;
            counts: components["schemas"]["Counts"];
            services: {
                target: components["schemas"]["Target"];
                /**
                 * Format: date-time
                 * @example 2026-11-23T09:00:00.000Z
                 */
                firstAt: string;
                /**
                 * @description The current state over all its paths; a path that the last job left out keeps its last state. null: never tested
                 * @enum {string|null}
                 */
                state: "pass" | "fail" | null;
                /**
                 * Format: date-time
                 * @example 2026-11-23T09:00:00.000Z
                 */
                sinceAt: string | null;
                lastVerdict: components["schemas"]["Verdict"];
                /** @description The last job, which may have left paths out; `lastVerdict` is its verdict */
                lastJobId: string;
                /**
                 * Format: date-time
                 * @example 2026-11-23T09:00:00.000Z
                 */
                lastAt: string;
                lastSummary: components["schemas"]["Summary"] | null;
                /** @description pass / (pass + fail); null with nothing tested. `error` and `skipped` are never counted. */
                availability: number | null;
                counts: components["schemas"]["Counts"];
                openIncidents: number;
                /** @description The first finding of the current diagnosis; null while it passes, or if there is none */
                cause: {
                    code: string;
                    layer: string;
                    /** @enum {string} */
                    confidence: "certain" | "likely" | "possible";
                    title: string;
                } | null;
                verdict: components["schemas"]["Verdict"];
            }[];
        };
        ServiceReport: {
            target: components["schemas"]["Target"];
            /**
             * Format: date-time
             * @description The beginning of what was covered: whole hours or days where nothing finer is kept
             * @example 2026-11-23T09:00:00.000Z
             */
            from: string;
            /**
             * Format: date-time
             * @example 2026-11-23T09:00:00.000Z
             */
            to: string;
            verdict: components["schemas"]["Verdict"];
            objective: number;
            /** @description pass / (pass + fail); null with nothing tested. `error` and `skipped` are never counted. */
            availability: number | null;
            counts: components["schemas"]["Counts"];
            latency: components["schemas"]["Latency"];
            failures: components["schemas"]["FailureCounts"];
            now: {
                /**
                 * @description The current state over all its paths; a path that the last job left out keeps its last state. null: never tested
                 * @enum {string|null}
                 */
                state: "pass" | "fail" | null;
                /**
                 * Format: date-time
                 * @example 2026-11-23T09:00:00.000Z
                 */
                sinceAt: string | null;
                lastVerdict: components["schemas"]["Verdict"];
                /** @description The last job, which may have left paths out; `lastVerdict` is its verdict */
                lastJobId: string;
                /**
                 * Format: date-time
                 * @example 2026-11-23T09:00:00.000Z
                 */
                lastAt: string;
                lastSummary: components["schemas"]["Summary"] | null;
            };
            /** @description All Endpoint paths of one port and family count as one */
            paths: {
                /** @description Deterministic: the same from job to job, as long as the path is the same way */
                id: string;
                /** @enum {string} */
                kind: "DNS" | "ClusterIP" | "NodePort" | "LoadBalancer" | "Ingress" | "HTTPRoute" | "GRPCRoute" | "TLSRoute" | "TCPRoute" | "UDPRoute" | "Route" | "Endpoint" | "ExternalIP" | "ExternalName" | "Environment";
                port: {
                    name: string | null;
                    number: number;
                    /** @enum {string} */
                    protocol: "TCP" | "UDP" | "SCTP";
                } | null;
                address: string | null;
                addressPort: number | null;
                /** @enum {string|null} */
                family: "IPv4" | "IPv6" | null;
                node: string | null;
                /** @description The pod behind an endpoint, as far as the objects tell */
                pod: string | null;
                /**
                 * @description Which endpoints the address leads to: `Cluster`: any; `Local`: those of the node where the connection arrives, by `externalTrafficPolicy` or `internalTrafficPolicy`. null: nothing translates the address
                 * @enum {string|null}
                 */
                trafficPolicy: "Cluster" | "Local" | null;
                host: string | null;
                serverName: string | null;
                rulePath: string | null;
                /** @description The Gateway or ListenerSet that a route is attached to; for an Ingress, its class */
                parent: {
                    kind: string;
                    namespace: string | null;
                    name: string;
                    /** @description The name of the listener */
                    section: string | null;
                } | null;
                /** @description What the rule of a route asks of a request. An Ingress has rulePath and pathType */
                match: {
                    type: string | null;
                    path: string | null;
                    method: string | null;
                    headers: {
                        name: string;
                        value: string;
                        /**
                         * @description Whether the value is a regular expression
                         * @enum {boolean}
                         */
                        regex?: true;
                    }[];
                    query: {
                        name: string;
                        value: string;
                        /**
                         * @description Whether the value is a regular expression
                         * @enum {boolean}
                         */
                        regex?: true;
                    }[];
                } | null;
                url: string | null;
                /** @enum {string} */
                expected: "reachable" | "unreachable" | "unknown";
                /** @description The object fields that each part came from */
                because: string[];
                shortCut: boolean;
                skipped: {
                    /** @enum {string} */
                    reason: "vantage" | "pending" | "unprobeable" | "policy" | "excluded" | "sampled" | "not_expected" | "gone";
                    detail: string;
                } | null;
                /**
                 * Format: date-time
                 * @example 2026-11-23T09:00:00.000Z
                 */
                retiredAt: string | null;
                /**
                 * @description The last outcome that was found; errors of Portolan do not change it. null: never tested
                 * @enum {string|null}
                 */
                state: "pass" | "fail" | null;
                /**
                 * Format: date-time
                 * @example 2026-11-23T09:00:00.000Z
                 */
                sinceAt: string | null;
                /**
                 * Format: date-time
                 * @example 2026-11-23T09:00:00.000Z
                 */
                lastAt: string | null;
                /** @description pass / (pass + fail); null with nothing tested. `error` and `skipped` are never counted. */
                availability: number | null;
                counts: components["schemas"]["Counts"];
                latency: components["schemas"]["Latency"];
                failures: components["schemas"]["FailureCounts"];
                lastOutcome: components["schemas"]["Outcome"] | null;
                lastFailure: {
                    /**
                     * Format: date-time
                     * @example 2026-11-23T09:00:00.000Z
                     */
                    at: string;
                    /** @enum {string|null} */
                    code: "dns_not_found" | "dns_no_data" | "dns_server_failure" | "dns_refused" | "dns_timeout" | "wrong_address" | "connection_refused" | "connect_timeout" | "host_unreachable" | "network_unreachable" | "connection_reset" | "connect_failed" | "udp_timeout" | "tls_handshake_failed" | "tls_not_spoken" | "tls_timeout" | "certificate_expired" | "certificate_not_yet_valid" | "certificate_name_mismatch" | "certificate_untrusted" | "certificate_expires_soon" | "response_timeout" | "body_timeout" | "connection_closed" | "invalid_response" | "not_grpc" | "malformed_response" | "response_too_large" | "too_many_redirects" | "redirect_loop" | "dns_answer_malformed" | "dns_answer_wrong_id" | "dns_answer_wrong_question" | "unexpected_status" | "unexpected_header" | "unexpected_body" | "unexpected_data" | "unexpected_rcode" | "websocket_not_upgraded" | "websocket_handshake_invalid" | "not_serving" | "unexpected_grpc_status" | "too_slow" | "unexpectedly_reachable" | "environment_mismatch" | "blocked_by_policy" | "deadline_exceeded" | "cancelled" | "limit_exceeded" | "certificate_not_seen" | "expectation_too_costly" | "local_resources_exhausted" | "internal" | null;
                } | null;
            }[];
            /** @description The newest 100; `…/incidents` lists all */
            incidents: components["schemas"]["Incident"][];
            diagnosis: components["schemas"]["Diagnosis"] | null;
        };
        /** @description Latency of passing tries. Percentiles are within 2.2 % of the exact ones; phases are means. */
        Latency: {
            p50Ms: number | null;
            p95Ms: number | null;
            p99Ms: number | null;
            phases: {
                dnsMs: number | null;
                connectMs: number | null;
                tlsMs: number | null;
                firstByteMs: number | null;
                downloadMs: number | null;
            };
        };
        StatusPage: {
            /** @example stp_01KAXW0000EXAMPLE0000000AB */
            id: string;
            slug: string;
            /**
             * @description The path at which it is shown
             * @example /status/pond
             */
            path: string;
            title: string;
            description: string | null;
            public: boolean;
            indexed: boolean;
            services: {
                cluster: string;
                namespace: string;
                name: string;
                title: string;
            }[];
            /**
             * Format: date-time
             * @example 2026-11-23T09:00:00.000Z
             */
            createdAt: string;
            /** @description The id of its maker */
            createdBy: string;
            /**
             * Format: date-time
             * @example 2026-11-23T09:00:00.000Z
             */
            updatedAt: string;
        };
        /**
         * @example {
         *       "title": "Pond Inc.",
         *       "public": true,
         *       "services": [
         *         {
         *           "namespace": "pond",
         *           "name": "toad",
         *           "title": "Checkout"
         *         }
         *       ]
         *     }
         */
        StatusPageRequest: {
            /**
             * @description Its name in the address; null: 26 characters that nobody can guess
             * @default null
             * @example pond
             */
            slug?: string | null;
            title: string;
            /**
             * @description Shown under the title
             * @default null
             */
            description?: string | null;
            /**
             * @description true: anybody may see it. false: only callers that this server knows
             * @default false
             */
            public?: boolean;
            /**
             * @description Whether search engines may list it
             * @default false
             */
            indexed?: boolean;
            /** @description In the order in which they are shown. One that was never probed is shown as unknown */
            services: components["schemas"]["PublishedServiceRequest"][];
        };
        PublishedServiceRequest: {
            /** @description Left out: the cluster that this server stands in or reads */
            cluster?: string;
            namespace: string;
            name: string;
            /** @description Its name for readers, who see no other name of it */
            title: string;
        };
        StatusPagePatch: {
            /**
             * @description Its name in the address; null: 26 characters that nobody can guess
             * @example pond
             */
            slug?: string | null;
            title?: string;
            /** @description Shown under the title */
            description?: string | null;
            /** @description true: anybody may see it. false: only callers that this server knows */
            public?: boolean;
            /** @description Whether search engines may list it */
            indexed?: boolean;
            /** @description In the order in which they are shown. One that was never probed is shown as unknown */
            services?: components["schemas"]["PublishedServiceRequest"][];
        };
        Announcement: {
            /** @example ann_01KAXW0000EXAMPLE0000000AB */
            id: string;
            title: string;
            /** @enum {string} */
            state: "investigating" | "identified" | "monitoring" | "resolved";
            services: string[];
            /**
             * Format: date-time
             * @example 2026-11-23T09:00:00.000Z
             */
            startedAt: string;
            /**
             * Format: date-time
             * @description null: it is not resolved
             * @example 2026-11-23T09:00:00.000Z
             */
            resolvedAt: string | null;
            /**
             * Format: date-time
             * @example 2026-11-23T09:00:00.000Z
             */
            createdAt: string;
            /**
             * Format: date-time
             * @example 2026-11-23T09:00:00.000Z
             */
            updatedAt: string;
            /** @description Oldest first */
            updates: {
                /**
                 * Format: date-time
                 * @example 2026-11-23T09:00:00.000Z
                 */
                at: string;
                /** @enum {string} */
                state: "investigating" | "identified" | "monitoring" | "resolved";
                body: string;
            }[];
        };
        /**
         * @example {
         *       "title": "Payments are slow",
         *       "body": "Some payments take up to a minute. We are looking into it.",
         *       "state": "investigating",
         *       "services": [
         *         "Checkout"
         *       ]
         *     }
         */
        AnnouncementRequest: {
            title: string;
            /**
             * @description Titles of Services of the page
             * @default []
             */
            services?: string[];
            /**
             * Format: date-time
             * @description Left out: now
             */
            startedAt?: string;
            /**
             * @default investigating
             * @enum {string}
             */
            state?: "investigating" | "identified" | "monitoring" | "resolved";
            /**
             * @description Shown as it is: neither HTML nor Markdown
             * @default
             */
            body?: string;
        };
        /** @description `state` and `body` together are one more update, of 50 at most; a `state` that is left out stays */
        AnnouncementPatch: {
            title?: string;
            /** @description Titles of Services of the page */
            services?: string[];
            /**
             * Format: date-time
             * @description Not in the future
             */
            startedAt?: string;
            /** @enum {string} */
            state?: "investigating" | "identified" | "monitoring" | "resolved";
            /** @description Shown as it is: neither HTML nor Markdown */
            body?: string;
        };
        PublicStatus: {
            title: string;
            description: string | null;
            /** @enum {string} */
            state: "operational" | "degraded" | "outage" | "unknown";
            /**
             * @description One sentence
             * @example All services are operational
             */
            summary: string;
            /** @description The first and the last day of `days` of the Services, UTC */
            days: {
                /** Format: date */
                from: string;
                /** Format: date */
                to: string;
            };
            services: {
                title: string;
                /**
                 * @description `degraded`: some ways to it fail. `outage`: all do. `unknown`: it was not looked at for two days, or never
                 * @enum {string}
                 */
                state: "operational" | "degraded" | "outage" | "unknown";
                /**
                 * Format: date-time
                 * @example 2026-11-23T09:00:00.000Z
                 */
                sinceAt: string | null;
                /**
                 * Format: date-time
                 * @description When it was last looked at; null: never
                 * @example 2026-11-23T09:00:00.000Z
                 */
                lastAt: string | null;
                /** @description Over all days, from 0 to 1; null: nothing was tested */
                availability: number | null;
                /** @description The availability of each day, the oldest first */
                days: (number | null)[];
            }[];
            /** @description Incidents of these days, newest first */
            incidents: {
                id: string;
                /** @enum {string} */
                source: "measured" | "announced";
                title: string;
                /** @enum {string} */
                state: "investigating" | "identified" | "monitoring" | "resolved" | "ongoing";
                services: string[];
                /**
                 * Format: date-time
                 * @example 2026-11-23T09:00:00.000Z
                 */
                startedAt: string;
                /**
                 * Format: date-time
                 * @example 2026-11-23T09:00:00.000Z
                 */
                endedAt: string | null;
                /**
                 * Format: date-time
                 * @example 2026-11-23T09:00:00.000Z
                 */
                updatedAt: string;
                /** @description Newest first */
                updates: {
                    /**
                     * Format: date-time
                     * @example 2026-11-23T09:00:00.000Z
                     */
                    at: string;
                    /** @enum {string} */
                    state: "investigating" | "identified" | "monitoring" | "resolved" | "ongoing";
                    text: string;
                }[];
            }[];
            /** @description Whether there are more incidents than listed */
            incidentsLeftOut: boolean;
        };
        AuditEntry: {
            /** @example aud_01KAXW0000EXAMPLE0000000AB */
            id: string;
            /**
             * Format: date-time
             * @example 2026-11-23T09:00:00.000Z
             */
            at: string;
            actor: {
                id: string;
                /** @description As it was then */
                name: string;
                /** @enum {string} */
                kind: "admin" | "token" | "identity" | "anonymous";
            };
            /** @enum {string} */
            action: "job.created" | "job.cancelled" | "batch.created" | "batch.cancelled" | "compare.created" | "compare.cancelled" | "schedule.created" | "schedule.changed" | "schedule.deleted" | "schedule.run" | "token.created" | "token.revoked" | "statuspage.created" | "statuspage.changed" | "statuspage.deleted" | "announcement.created" | "announcement.changed" | "announcement.deleted" | "session.started" | "session.ended" | "login.failed";
            resource: {
                kind: string;
                id: string;
            };
            cluster: string | null;
            /** @description null: none, or several */
            namespace: string | null;
            /** @description The fields that changed, as they were before; null: it did not exist */
            before: {
                [key: string]: unknown;
            } | null;
            /** @description The same fields afterwards; null: it no longer exists. `secrets` names the secret-bearing fields of checks that are set, never their values */
            after: {
                [key: string]: unknown;
            } | null;
            requestId: string | null;
            clientAddress: string | null;
        };
        NewToken: {
            /** @example tok_01KAXW0000EXAMPLE0000000AB */
            id: string;
            name: string;
            /**
             * @description The first characters of the token
             * @example pt_3vPz9
             */
            prefix: string | null;
            /**
             * @description `environment`: PORTOLAN_ADMIN_TOKEN or PORTOLAN_METRICS_TOKEN
             * @enum {string}
             */
            source: "api" | "environment";
            /** @enum {string} */
            state: "active" | "expired" | "revoked";
            scopes: ("plan" | "jobs:read" | "jobs:write" | "schedules:read" | "schedules:write" | "reports:read" | "metrics:read" | "tokens:write" | "audit:read" | "admin")[];
            /** @description null: all of them */
            namespaces: string[] | null;
            manifests: boolean;
            /** @description null: all of them */
            clusters: string[] | null;
            /** @description null: the policy of the server alone decides */
            egressOnly: string[] | null;
            /** @description null: the limits of the server */
            rateLimit: {
                requestsPerMinute: number | null;
                jobsUnderWay: number | null;
                triesPerMinute: number | null;
            } | null;
            /**
             * Format: date-time
             * @description null: it comes from the environment
             * @example 2026-11-23T09:00:00.000Z
             */
            createdAt: string | null;
            /** @description The id of the token that made it; `admin`: PORTOLAN_ADMIN_TOKEN */
            createdBy: string | null;
            /**
             * Format: date-time
             * @description null: it does not expire
             * @example 2026-11-23T09:00:00.000Z
             */
            expiresAt: string | null;
            /**
             * Format: date-time
             * @description Written at most once a minute; null: not yet, or it comes from the environment
             * @example 2026-11-23T09:00:00.000Z
             */
            lastUsedAt: string | null;
            /** @description The address of the client that used it then */
            lastUsedFrom: string | null;
            /**
             * Format: date-time
             * @example 2026-11-23T09:00:00.000Z
             */
            revokedAt: string | null;
            /** @description The token itself, which is shown here only: `pt_`, 27 characters for 160 random bits, and 6 of a CRC-32 */
            token: string;
        };
        /**
         * @example {
         *       "name": "CI of the shop",
         *       "scopes": [
         *         "jobs:read",
         *         "jobs:write"
         *       ],
         *       "namespaces": [
         *         "shop"
         *       ],
         *       "expiresAt": "2036-01-01T00:00:00Z"
         *     }
         */
        TokenRequest: {
            /** @description A name for people: lists and the audit log show it */
            name: string;
            /**
             * @description `admin` has every scope. What each is for: docs/guides/access.md
             * @example [
             *       "jobs:read",
             *       "jobs:write"
             *     ]
             */
            scopes: ("plan" | "jobs:read" | "jobs:write" | "schedules:read" | "schedules:write" | "reports:read" | "metrics:read" | "tokens:write" | "audit:read" | "admin")[];
            /**
             * @description The only namespaces that it reaches; null: all of them
             * @default null
             */
            namespaces?: string[] | null;
            /**
             * @description Whether a token with `namespaces` or `clusters` may send manifests; without, it plans from live objects only. It then needs `egressOnly`, because posted manifests may name any address. A token that reaches everything may send them anyway
             * @default false
             */
            manifests?: boolean;
            /**
             * @description The only clusters that it reaches; null: all of them
             * @default null
             */
            clusters?: string[] | null;
            /**
             * @description CIDRs that may be dialled for it, as far as the policy of the server allows; null: that policy alone decides
             * @default null
             */
            egressOnly?: string[] | null;
            /**
             * Format: date-time
             * @description null: it does not expire
             */
            expiresAt?: string;
            rateLimit?: components["schemas"]["TokenRateLimitRequest"];
        };
        /**
         * @description null, or left out: the limit of the server
         * @default null
         */
        TokenRateLimitRequest: {
            /** @default null */
            requestsPerMinute?: number | null;
            /**
             * @description Jobs that may wait or run at the same time
             * @default null
             */
            jobsUnderWay?: number | null;
            /**
             * @description Tries that its jobs plan
             * @default null
             */
            triesPerMinute?: number | null;
        } | null;
        Token: {
            /** @example tok_01KAXW0000EXAMPLE0000000AB */
            id: string;
            name: string;
            /**
             * @description The first characters of the token
             * @example pt_3vPz9
             */
            prefix: string | null;
            /**
             * @description `environment`: PORTOLAN_ADMIN_TOKEN or PORTOLAN_METRICS_TOKEN
             * @enum {string}
             */
            source: "api" | "environment";
            /** @enum {string} */
            state: "active" | "expired" | "revoked";
            scopes: ("plan" | "jobs:read" | "jobs:write" | "schedules:read" | "schedules:write" | "reports:read" | "metrics:read" | "tokens:write" | "audit:read" | "admin")[];
            /** @description null: all of them */
            namespaces: string[] | null;
            manifests: boolean;
            /** @description null: all of them */
            clusters: string[] | null;
            /** @description null: the policy of the server alone decides */
            egressOnly: string[] | null;
            /** @description null: the limits of the server */
            rateLimit: {
                requestsPerMinute: number | null;
                jobsUnderWay: number | null;
                triesPerMinute: number | null;
            } | null;
            /**
             * Format: date-time
             * @description null: it comes from the environment
             * @example 2026-11-23T09:00:00.000Z
             */
            createdAt: string | null;
            /** @description The id of the token that made it; `admin`: PORTOLAN_ADMIN_TOKEN */
            createdBy: string | null;
            /**
             * Format: date-time
             * @description null: it does not expire
             * @example 2026-11-23T09:00:00.000Z
             */
            expiresAt: string | null;
            /**
             * Format: date-time
             * @description Written at most once a minute; null: not yet, or it comes from the environment
             * @example 2026-11-23T09:00:00.000Z
             */
            lastUsedAt: string | null;
            /** @description The address of the client that used it then */
            lastUsedFrom: string | null;
            /**
             * Format: date-time
             * @example 2026-11-23T09:00:00.000Z
             */
            revokedAt: string | null;
        };
        RevokedToken: {
            /** @example tok_01KAXW0000EXAMPLE0000000AB */
            id: string;
            name: string;
            /**
             * @description The first characters of the token
             * @example pt_3vPz9
             */
            prefix: string | null;
            /**
             * @description `environment`: PORTOLAN_ADMIN_TOKEN or PORTOLAN_METRICS_TOKEN
             * @enum {string}
             */
            source: "api" | "environment";
            /** @enum {string} */
            state: "active" | "expired" | "revoked";
            scopes: ("plan" | "jobs:read" | "jobs:write" | "schedules:read" | "schedules:write" | "reports:read" | "metrics:read" | "tokens:write" | "audit:read" | "admin")[];
            /** @description null: all of them */
            namespaces: string[] | null;
            manifests: boolean;
            /** @description null: all of them */
            clusters: string[] | null;
            /** @description null: the policy of the server alone decides */
            egressOnly: string[] | null;
            /** @description null: the limits of the server */
            rateLimit: {
                requestsPerMinute: number | null;
                jobsUnderWay: number | null;
                triesPerMinute: number | null;
            } | null;
            /**
             * Format: date-time
             * @description null: it comes from the environment
             * @example 2026-11-23T09:00:00.000Z
             */
            createdAt: string | null;
            /** @description The id of the token that made it; `admin`: PORTOLAN_ADMIN_TOKEN */
            createdBy: string | null;
            /**
             * Format: date-time
             * @description null: it does not expire
             * @example 2026-11-23T09:00:00.000Z
             */
            expiresAt: string | null;
            /**
             * Format: date-time
             * @description Written at most once a minute; null: not yet, or it comes from the environment
             * @example 2026-11-23T09:00:00.000Z
             */
            lastUsedAt: string | null;
            /** @description The address of the client that used it then */
            lastUsedFrom: string | null;
            /**
             * Format: date-time
             * @example 2026-11-23T09:00:00.000Z
             */
            revokedAt: string | null;
            /** @description Schedules that it has made, which go on within the limits that it had. Delete them one by one */
            schedules: number;
        };
        Whoami: {
            /**
             * @description The id that owns what the caller makes
             * @example admin
             */
            id: string;
            name: string;
            scopes: ("plan" | "jobs:read" | "jobs:write" | "schedules:read" | "schedules:write" | "reports:read" | "metrics:read" | "tokens:write" | "audit:read" | "admin")[];
            /** @description `null`: all of them */
            namespaces: string[] | null;
            /** @description `null`: all of them */
            clusters: string[] | null;
            /** @description Whether it may send manifests */
            manifests: boolean;
            /** @description The only addresses that are dialled for it; `null`: the policy of the server alone decides */
            egressOnly: string[] | null;
            rateLimit: {
                requestsPerMinute: number | null;
                jobsUnderWay: number | null;
                triesPerMinute: number | null;
            } | null;
            /** Format: date-time */
            expiresAt: string | null;
            /** @description The session, if a cookie was sent */
            session: {
                /**
                 * Format: date-time
                 * @description The latest end; it also ends after 12 hours without a request
                 */
                expiresAt: string;
                /** @description Sessions of the same token, or of the same person */
                open: number;
            } | null;
        };
        /**
         * @example {
         *       "token": "pt_EXAMPLEexampleEXAMPLEexampleEXAMP"
         *     }
         */
        Login: {
            /** @description The token, as it would be sent with Bearer */
            token: string;
        };
        /**
         * @example {
         *       "token": "pt_EXAMPLEexampleEXAMPLEexampleEXAMP"
         *     }
         */
        LoginForm: {
            /** @description The token, as it would be sent with Bearer */
            token: string;
            /**
             * @description A path of this server to go to after the login; anything else is taken as `/`
             * @example /jobs
             */
            next?: string;
        };
        Plan: {
            target: components["schemas"]["Target"];
            objects: components["schemas"]["ObjectsUsed"];
            vantage: components["schemas"]["VantageName"];
            paths: components["schemas"]["Path"][];
            notApplicable: components["schemas"]["NotApplicable"][];
            ignored: components["schemas"]["Ignored"][];
            diagnosis: components["schemas"]["Diagnosis"];
        };
        Path: {
            /** @description Deterministic: the same from job to job, as long as the path is the same way */
            id: string;
            /** @enum {string} */
            kind: "DNS" | "ClusterIP" | "NodePort" | "LoadBalancer" | "Ingress" | "HTTPRoute" | "GRPCRoute" | "TLSRoute" | "TCPRoute" | "UDPRoute" | "Route" | "Endpoint" | "ExternalIP" | "ExternalName" | "Environment";
            port: {
                name: string | null;
                number: number;
                /** @enum {string} */
                protocol: "TCP" | "UDP" | "SCTP";
            } | null;
            address: string | null;
            addressPort: number | null;
            /** @enum {string|null} */
            family: "IPv4" | "IPv6" | null;
            node: string | null;
            /** @description The pod behind an endpoint, as far as the objects tell */
            pod: string | null;
            /**
             * @description Which endpoints the address leads to: `Cluster`: any; `Local`: those of the node where the connection arrives, by `externalTrafficPolicy` or `internalTrafficPolicy`. null: nothing translates the address
             * @enum {string|null}
             */
            trafficPolicy: "Cluster" | "Local" | null;
            host: string | null;
            serverName: string | null;
            rulePath: string | null;
            /** @description The Gateway or ListenerSet that a route is attached to; for an Ingress, its class */
            parent: {
                kind: string;
                namespace: string | null;
                name: string;
                /** @description The name of the listener */
                section: string | null;
            } | null;
            /** @description What the rule of a route asks of a request. An Ingress has rulePath and pathType */
            match: {
                type: string | null;
                path: string | null;
                method: string | null;
                headers: {
                    name: string;
                    value: string;
                    /**
                     * @description Whether the value is a regular expression
                     * @enum {boolean}
                     */
                    regex?: true;
                }[];
                query: {
                    name: string;
                    value: string;
                    /**
                     * @description Whether the value is a regular expression
                     * @enum {boolean}
                     */
                    regex?: true;
                }[];
            } | null;
            url: string | null;
            /** @enum {string} */
            expected: "reachable" | "unreachable" | "unknown";
            /** @description The object fields that each part came from */
            because: string[];
            shortCut: boolean;
            skipped: {
                /** @enum {string} */
                reason: "vantage" | "pending" | "unprobeable" | "policy" | "excluded" | "sampled" | "not_expected" | "gone";
                detail: string;
            } | null;
            /**
             * @description The path type of the Ingress rule
             * @enum {string|null}
             */
            pathType: "Exact" | "Prefix" | "ImplementationSpecific" | null;
            /** @description Environment: what Kubernetes would set, and what was found */
            variable: {
                name: string;
                value: string;
                found: string | null;
            } | null;
            /** @description What the objects promise of the name */
            dns: {
                name: string;
                /** @enum {string} */
                type: "A" | "AAAA" | "CNAME" | "SRV";
                /** @description Addresses, the target of the CNAME, or `port target`; null: any answer will do */
                values: string[] | null;
                /**
                 * @description `resolve`: this very name; `lookup`: as an application, with the search list
                 * @enum {string}
                 */
                how: "resolve" | "lookup";
            } | null;
        };
        Egress: {
            address: string;
            port: number | null;
            /** @description Whether it would be dialled for the caller */
            allowed: boolean;
            /**
             * @description `own_listener`: Portolan listens there. `deny_entry`, `allow_entry`: an entry of `PORTOLAN_EGRESS_DENY` or `PORTOLAN_EGRESS_ALLOW`. `default_range`, `deny_port`: denied unless something lifts it. `egress_only`: outside what the token of the caller is narrowed to. `none`: nothing denies it
             * @enum {string}
             */
            rule: "not_an_address" | "own_listener" | "deny_entry" | "default_range" | "deny_port" | "egress_only" | "allow_entry" | "none";
            /** @description The entry, range or port that the rule matched */
            entry: string | null;
            reason: string;
            /** @description What would lift the denial; `null`: it is allowed */
            lift: string | null;
            /** @description The address as it was understood, and the IPv4 addresses that it carries, each of which is judged */
            forms: string[];
            /** @description The ranges that the token of the caller is narrowed to; `null`: it is not narrowed */
            egressOnly: string[] | null;
            /** @description Why it cannot be reached from where the prober stands although it is allowed, as far as that is known before dialling: the edge dials only public addresses */
            beyond: string | null;
        };
        DocHits: {
            query: string;
            /** @description The words that were searched for */
            words: string[];
            pages: {
                /** @example failures/connection_refused */
                page: string;
                title: string;
                /** @description The section of the page that has the excerpt; `null`: its beginning */
                section: {
                    id: string;
                    title: string;
                } | null;
                excerpt: string;
                /**
                 * @description Of this server
                 * @example /docs/failures/connection_refused
                 */
                path: string;
            }[];
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type Job = components['schemas']['Job'];
export type Verdict = components['schemas']['Verdict'];
export type JobProblem = components['schemas']['JobProblem'];
export type Target = components['schemas']['Target'];
export type VantageName = components['schemas']['VantageName'];
export type Summary = components['schemas']['Summary'];
export type ObjectsUsed = components['schemas']['ObjectsUsed'];
export type JobPath = components['schemas']['JobPath'];
export type Outcome = components['schemas']['Outcome'];
export type Result = components['schemas']['Result'];
export type Timings = components['schemas']['Timings'];
export type DnsEvidence = components['schemas']['DnsEvidence'];
export type HttpEvidence = components['schemas']['HttpEvidence'];
export type TlsEvidence = components['schemas']['TlsEvidence'];
export type MalformedEvidence = components['schemas']['MalformedEvidence'];
export type GrpcEvidence = components['schemas']['GrpcEvidence'];
export type Failure = components['schemas']['Failure'];
export type NotApplicable = components['schemas']['NotApplicable'];
export type Ignored = components['schemas']['Ignored'];
export type Diagnosis = components['schemas']['Diagnosis'];
export type Finding = components['schemas']['Finding'];
export type Problem = components['schemas']['Problem'];
export type JobRequest = components['schemas']['JobRequest'];
export type Addresses = components['schemas']['Addresses'];
export type AnsweredAddresses = components['schemas']['AnsweredAddresses'];
export type PathSelector = components['schemas']['PathSelector'];
export type Check = components['schemas']['Check'];
export type AnsweredCheck = components['schemas']['AnsweredCheck'];
export type HttpCheck = components['schemas']['HttpCheck'];
export type AnsweredHttpCheck = components['schemas']['AnsweredHttpCheck'];
export type HttpExpect = components['schemas']['HttpExpect'];
export type AnsweredHttpExpect = components['schemas']['AnsweredHttpExpect'];
export type HeaderMatch = components['schemas']['HeaderMatch'];
export type AnsweredHeaderMatch = components['schemas']['AnsweredHeaderMatch'];
export type JsonPathMatch = components['schemas']['JsonPathMatch'];
export type TlsOptions = components['schemas']['TlsOptions'];
export type AnsweredTlsOptions = components['schemas']['AnsweredTlsOptions'];
export type TcpCheck = components['schemas']['TcpCheck'];
export type AnsweredTcpCheck = components['schemas']['AnsweredTcpCheck'];
export type QueryResponse = components['schemas']['QueryResponse'];
export type AnsweredQueryResponse = components['schemas']['AnsweredQueryResponse'];
export type GrpcCheck = components['schemas']['GrpcCheck'];
export type AnsweredGrpcCheck = components['schemas']['AnsweredGrpcCheck'];
export type DnsCheck = components['schemas']['DnsCheck'];
export type AnsweredDnsCheck = components['schemas']['AnsweredDnsCheck'];
export type DnsQueryCheck = components['schemas']['DnsQueryCheck'];
export type AnsweredDnsQueryCheck = components['schemas']['AnsweredDnsQueryCheck'];
export type AnswerRrs = components['schemas']['AnswerRrs'];
export type AnsweredAnswerRrs = components['schemas']['AnsweredAnswerRrs'];
export type JobHead = components['schemas']['JobHead'];
export type FlaggerPayload = components['schemas']['FlaggerPayload'];
export type GateVerdict = components['schemas']['GateVerdict'];
export type GateJob = components['schemas']['GateJob'];
export type Batch = components['schemas']['Batch'];
export type BatchJob = components['schemas']['BatchJob'];
export type BatchRequest = components['schemas']['BatchRequest'];
export type Compare = components['schemas']['Compare'];
export type ComparedRequest = components['schemas']['ComparedRequest'];
export type SideAnswer = components['schemas']['SideAnswer'];
export type Difference = components['schemas']['Difference'];
export type CompareRequest = components['schemas']['CompareRequest'];
export type CompareSide = components['schemas']['CompareSide'];
export type SideAddresses = components['schemas']['SideAddresses'];
export type Schedule = components['schemas']['Schedule'];
export type ScheduledRequest = components['schemas']['ScheduledRequest'];
export type ScheduleRequest = components['schemas']['ScheduleRequest'];
export type ScheduleHead = components['schemas']['ScheduleHead'];
export type SchedulePatch = components['schemas']['SchedulePatch'];
export type ScheduleKeep = components['schemas']['ScheduleKeep'];
export type ListedService = components['schemas']['ListedService'];
export type Counts = components['schemas']['Counts'];
export type ServiceDay = components['schemas']['ServiceDay'];
export type ServiceTotals = components['schemas']['ServiceTotals'];
export type ServiceHistory = components['schemas']['ServiceHistory'];
export type Discovered = components['schemas']['Discovered'];
export type PathState = components['schemas']['PathState'];
export type HistoryResult = components['schemas']['HistoryResult'];
export type Series = components['schemas']['Series'];
export type Incident = components['schemas']['Incident'];
export type FailureCounts = components['schemas']['FailureCounts'];
export type TargetIncident = components['schemas']['TargetIncident'];
export type Cluster = components['schemas']['Cluster'];
export type LiveService = components['schemas']['LiveService'];
export type Report = components['schemas']['Report'];
export type ServiceReport = components['schemas']['ServiceReport'];
export type Latency = components['schemas']['Latency'];
export type StatusPage = components['schemas']['StatusPage'];
export type StatusPageRequest = components['schemas']['StatusPageRequest'];
export type PublishedServiceRequest = components['schemas']['PublishedServiceRequest'];
export type StatusPagePatch = components['schemas']['StatusPagePatch'];
export type Announcement = components['schemas']['Announcement'];
export type AnnouncementRequest = components['schemas']['AnnouncementRequest'];
export type AnnouncementPatch = components['schemas']['AnnouncementPatch'];
export type PublicStatus = components['schemas']['PublicStatus'];
export type AuditEntry = components['schemas']['AuditEntry'];
export type NewToken = components['schemas']['NewToken'];
export type TokenRequest = components['schemas']['TokenRequest'];
export type TokenRateLimitRequest = components['schemas']['TokenRateLimitRequest'];
export type Token = components['schemas']['Token'];
export type RevokedToken = components['schemas']['RevokedToken'];
export type Whoami = components['schemas']['Whoami'];
export type Login = components['schemas']['Login'];
export type LoginForm = components['schemas']['LoginForm'];
export type Plan = components['schemas']['Plan'];
export type Path = components['schemas']['Path'];
export type Egress = components['schemas']['Egress'];
export type DocHits = components['schemas']['DocHits'];
export interface operations {
    listJobs: {
        parameters: {
            query?: {
                status?: "queued" | "running" | "finished" | "cancelled";
                verdict?: "pass" | "fail" | "error" | "inconclusive";
                cluster?: string;
                namespace?: string;
                service?: string;
                /** @description `key=value`; may be given several times */
                label?: string[];
                from?: string;
                to?: string;
                limit?: number;
                /** @description `nextCursor` of the page before; opaque */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["JobHead"][];
                        nextCursor: string | null;
                    };
                };
            };
        };
    };
    createJob: {
        parameters: {
            query?: {
                cluster?: string;
                namespace?: string;
                service?: string;
                vantage?: "in-cluster" | "outside" | "edge";
                timeoutMs?: number;
                deadlineMs?: number;
                samples?: number;
                settleMs?: number;
                history?: "true" | "false";
                /** @description `expect.sameResponder` of a job */
                sameResponder?: "true" | "false";
                /** @description `key=value`; may be given several times */
                label?: string[];
                /** @description Seconds to wait for the end. Answered when it has finished, or when the time is up. Same as `Prefer: wait=N`. Some runtimes wait less (Workers: 25). */
                wait?: number;
                format?: "json" | "text" | "markdown" | "junit" | "csv" | "tap";
                /** @description With 424: any verdict but `pass`, or no verdict when the wait ends, is answered 424 with the same body */
                failStatus?: 424;
            };
            header?: {
                /** @description The same key and request within 24 h: the same resource, with `Idempotent-Replayed: true` */
                "idempotency-key"?: string;
                /** @description RFC 7240: `wait=N` (seconds) or `respond-async` */
                prefer?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["JobRequest"];
                "application/yaml": string;
            };
        };
        responses: {
            /** @description Finished in time (or already) */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                    "text/plain": string;
                    "text/markdown": string;
                    "application/xml": string;
                    "text/csv": string;
                    "text/x-tap": string;
                };
            };
            /** @description Accepted; ask again at `Location` */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                    "text/plain": string;
                    "text/markdown": string;
                    "application/xml": string;
                    "text/csv": string;
                    "text/x-tap": string;
                };
            };
        };
    };
    getJob: {
        parameters: {
            query?: {
                /** @description Seconds to wait for the end. Answered when it has finished, or when the time is up. Same as `Prefer: wait=N`. Some runtimes wait less (Workers: 25). */
                wait?: number;
                format?: "json" | "text" | "markdown" | "junit" | "csv" | "tap";
                /** @description With 424: any verdict but `pass`, or no verdict when the wait ends, is answered 424 with the same body */
                failStatus?: 424;
            };
            header?: {
                /** @description RFC 7240: `wait=N` (seconds) or `respond-async` */
                prefer?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Finished in time (or already) */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                    "text/plain": string;
                    "text/markdown": string;
                    "application/xml": string;
                    "text/csv": string;
                    "text/x-tap": string;
                };
            };
            /** @description Accepted; ask again at `Location` */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                    "text/plain": string;
                    "text/markdown": string;
                    "application/xml": string;
                    "text/csv": string;
                    "text/x-tap": string;
                };
            };
            /** @description Not modified since the `ETag` of `If-None-Match` */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    cancelJob: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Cancelled */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
        };
    };
    getJobReport: {
        parameters: {
            query?: {
                /** @description Left out: chosen by `Accept`, which must name HTML to get it */
                format?: "json" | "text" | "markdown" | "junit" | "csv" | "tap" | "html";
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The report; for an unfinished job, what is known so far */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                    "text/plain": string;
                    "text/markdown": string;
                    "application/xml": string;
                    "text/csv": string;
                    "text/x-tap": string;
                    "text/html": string;
                };
            };
            /** @description To the login, for people */
            303: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Not modified since the `ETag` of `If-None-Match` */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    streamJobEvents: {
        parameters: {
            query?: never;
            header?: {
                "last-event-id"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The stream */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description The client has seen `done` */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    askForFlagger: {
        parameters: {
            query?: {
                /** @description Seconds until the answer, whatever is known by then. It must be less than the tool waits. Some runtimes wait less (Workers: 25). */
                wait?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FlaggerPayload"];
            };
        };
        responses: {
            /** @description `pass`: the text report */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
        };
    };
    getForArgoRollouts: {
        parameters: {
            query?: {
                cluster?: string;
                service?: string;
                vantage?: "in-cluster" | "outside" | "edge";
                timeoutMs?: number;
                deadlineMs?: number;
                samples?: number;
                settleMs?: number;
                history?: "true" | "false";
                /** @description `expect.sameResponder` of a job */
                sameResponder?: "true" | "false";
                /** @description The path to request from HTTP ports; any 2xx passes. Left out: `/`, where any status below 500 passes */
                path?: string;
                /** @description With `path`: request it from this port of the Service only, given by name or number */
                port?: string;
                namespace?: string;
                /** @description `key=value`; may be given several times. Another value makes another question */
                label?: string[];
                /** @description Seconds until the answer, whatever is known by then. It must be less than the tool waits. Some runtimes wait less (Workers: 25). */
                wait?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What is known, or that nothing is */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GateVerdict"];
                };
            };
        };
    };
    askForArgoRollouts: {
        parameters: {
            query?: {
                cluster?: string;
                service?: string;
                vantage?: "in-cluster" | "outside" | "edge";
                timeoutMs?: number;
                deadlineMs?: number;
                samples?: number;
                settleMs?: number;
                history?: "true" | "false";
                /** @description `expect.sameResponder` of a job */
                sameResponder?: "true" | "false";
                /** @description The path to request from HTTP ports; any 2xx passes. Left out: `/`, where any status below 500 passes */
                path?: string;
                /** @description With `path`: request it from this port of the Service only, given by name or number */
                port?: string;
                namespace?: string;
                /** @description `key=value`; may be given several times. Another value makes another question */
                label?: string[];
                /** @description Seconds until the answer, whatever is known by then. It must be less than the tool waits. Some runtimes wait less (Workers: 25). */
                wait?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["GateJob"];
            };
        };
        responses: {
            /** @description What is known, or that nothing is */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GateVerdict"];
                };
            };
        };
    };
    listBatches: {
        parameters: {
            query?: {
                limit?: number;
                /** @description `nextCursor` of the page before; opaque */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Batch"][];
                        nextCursor: string | null;
                    };
                };
            };
        };
    };
    createBatch: {
        parameters: {
            query?: {
                cluster?: string;
                namespace?: string;
                vantage?: "in-cluster" | "outside" | "edge";
                timeoutMs?: number;
                deadlineMs?: number;
                samples?: number;
                settleMs?: number;
                history?: "true" | "false";
                /** @description `expect.sameResponder` of a job */
                sameResponder?: "true" | "false";
                /** @description `key=value`; may be given several times */
                label?: string[];
                /** @description May be given several times; `*`: all */
                namespaces?: string[];
                allNamespaces?: "true";
                /** @description Only Services with these labels, as kubectl takes them: `app in (a,b),!legacy`; if given several times, all must hold */
                selector?: string[];
                /** @description Seconds to wait for the end. Answered when it has finished, or when the time is up. Same as `Prefer: wait=N`. Some runtimes wait less (Workers: 25). */
                wait?: number;
                format?: "json" | "text" | "markdown" | "junit" | "csv" | "tap";
                /** @description With 424: any verdict but `pass`, or no verdict when the wait ends, is answered 424 with the same body */
                failStatus?: 424;
            };
            header?: {
                /** @description The same key and request within 24 h: the same resource, with `Idempotent-Replayed: true` */
                "idempotency-key"?: string;
                /** @description RFC 7240: `wait=N` (seconds) or `respond-async` */
                prefer?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["BatchRequest"];
                "application/yaml": string;
            };
        };
        responses: {
            /** @description Finished in time (or already) */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Batch"];
                    "text/plain": string;
                    "text/markdown": string;
                    "application/xml": string;
                    "text/csv": string;
                    "text/x-tap": string;
                };
            };
            /** @description Accepted; ask again at `Location` */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Batch"];
                    "text/plain": string;
                    "text/markdown": string;
                    "application/xml": string;
                    "text/csv": string;
                    "text/x-tap": string;
                };
            };
        };
    };
    getBatch: {
        parameters: {
            query?: {
                /** @description Seconds to wait for the end. Answered when it has finished, or when the time is up. Same as `Prefer: wait=N`. Some runtimes wait less (Workers: 25). */
                wait?: number;
                format?: "json" | "text" | "markdown" | "junit" | "csv" | "tap";
                /** @description With 424: any verdict but `pass`, or no verdict when the wait ends, is answered 424 with the same body */
                failStatus?: 424;
            };
            header?: {
                /** @description RFC 7240: `wait=N` (seconds) or `respond-async` */
                prefer?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Finished in time (or already) */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Batch"];
                    "text/plain": string;
                    "text/markdown": string;
                    "application/xml": string;
                    "text/csv": string;
                    "text/x-tap": string;
                };
            };
            /** @description Accepted; ask again at `Location` */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Batch"];
                    "text/plain": string;
                    "text/markdown": string;
                    "application/xml": string;
                    "text/csv": string;
                    "text/x-tap": string;
                };
            };
            /** @description Not modified since the `ETag` of `If-None-Match` */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    cancelBatch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Cancelled */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Batch"];
                };
            };
        };
    };
    getBatchReport: {
        parameters: {
            query?: {
                /** @description Left out: chosen by `Accept`, which must name HTML to get it */
                format?: "json" | "text" | "markdown" | "junit" | "csv" | "tap" | "html";
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The report; for an unfinished batch, what is known so far */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Batch"];
                    "text/plain": string;
                    "text/markdown": string;
                    "application/xml": string;
                    "text/csv": string;
                    "text/x-tap": string;
                    "text/html": string;
                };
            };
            /** @description To the login, for people */
            303: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Not modified since the `ETag` of `If-None-Match` */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    createCompare: {
        parameters: {
            query?: {
                /** @description `Kind/name`, `Kind/namespace/name`, or the id of a job */
                left?: string;
                /** @description `Kind/name`, `Kind/namespace/name`, or the id of a job */
                right?: string;
                cluster?: string;
                namespace?: string;
                service?: string;
                vantage?: "in-cluster" | "outside" | "edge";
                timeoutMs?: number;
                deadlineMs?: number;
                /** @description `key=value`; may be given several times */
                label?: string[];
                /** @description May be given several times */
                ignoreHeader?: string[];
                /** @description May be given several times */
                method?: string[];
                /** @description Seconds to wait for the end. Answered when it has finished, or when the time is up. Same as `Prefer: wait=N`. Some runtimes wait less (Workers: 25). */
                wait?: number;
                format?: "json" | "text" | "markdown" | "junit" | "csv" | "tap";
                /** @description With 424: any verdict but `pass`, or no verdict when the wait ends, is answered 424 with the same body */
                failStatus?: 424;
            };
            header?: {
                /** @description The same key and request within 24 h: the same resource, with `Idempotent-Replayed: true` */
                "idempotency-key"?: string;
                /** @description RFC 7240: `wait=N` (seconds) or `respond-async` */
                prefer?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["CompareRequest"];
                "application/yaml": string;
            };
        };
        responses: {
            /** @description Finished in time (or already) */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Compare"];
                    "text/plain": string;
                    "text/markdown": string;
                    "application/xml": string;
                    "text/csv": string;
                    "text/x-tap": string;
                };
            };
            /** @description Accepted; ask again at `Location` */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Compare"];
                    "text/plain": string;
                    "text/markdown": string;
                    "application/xml": string;
                    "text/csv": string;
                    "text/x-tap": string;
                };
            };
        };
    };
    getCompare: {
        parameters: {
            query?: {
                /** @description Seconds to wait for the end. Answered when it has finished, or when the time is up. Same as `Prefer: wait=N`. Some runtimes wait less (Workers: 25). */
                wait?: number;
                format?: "json" | "text" | "markdown" | "junit" | "csv" | "tap";
                /** @description With 424: any verdict but `pass`, or no verdict when the wait ends, is answered 424 with the same body */
                failStatus?: 424;
            };
            header?: {
                /** @description RFC 7240: `wait=N` (seconds) or `respond-async` */
                prefer?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Finished in time (or already) */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Compare"];
                    "text/plain": string;
                    "text/markdown": string;
                    "application/xml": string;
                    "text/csv": string;
                    "text/x-tap": string;
                };
            };
            /** @description Accepted; ask again at `Location` */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Compare"];
                    "text/plain": string;
                    "text/markdown": string;
                    "application/xml": string;
                    "text/csv": string;
                    "text/x-tap": string;
                };
            };
            /** @description Not modified since the `ETag` of `If-None-Match` */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    cancelCompare: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Cancelled */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Compare"];
                };
            };
        };
    };
    getCompareReport: {
        parameters: {
            query?: {
                /** @description Left out: chosen by `Accept`, which must name HTML to get it */
                format?: "json" | "text" | "markdown" | "junit" | "csv" | "tap" | "html";
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The report; for an unfinished comparison, what is known so far */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Compare"];
                    "text/plain": string;
                    "text/markdown": string;
                    "application/xml": string;
                    "text/csv": string;
                    "text/x-tap": string;
                    "text/html": string;
                };
            };
            /** @description To the login, for people */
            303: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Not modified since the `ETag` of `If-None-Match` */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    listSchedules: {
        parameters: {
            query?: {
                /** @description `discovery`: those made from Services of the cluster; `none`: those made over the API. Left out: all */
                managedBy?: "discovery" | "none";
                /** @description Only schedules whose `job` or `batch` has this label; repeated: all of them */
                label?: string[];
                limit?: number;
                /** @description `nextCursor` of the page before; opaque */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["ScheduleHead"][];
                        nextCursor: string | null;
                    };
                };
            };
        };
    };
    createSchedule: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and request within 24 h: the same resource, with `Idempotent-Replayed: true` */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ScheduleRequest"];
            };
        };
        responses: {
            /** @description Made; its `ETag` is needed to change it */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Schedule"];
                };
            };
        };
    };
    getSchedule: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The schedule */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Schedule"];
                };
            };
        };
    };
    deleteSchedule: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` that was read */
                "if-match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    changeSchedule: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` that was read */
                "if-match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SchedulePatch"];
            };
        };
        responses: {
            /** @description Changed */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Schedule"];
                };
            };
        };
    };
    runSchedule: {
        parameters: {
            query?: {
                /** @description Seconds to wait for the end. Answered when it has finished, or when the time is up. Same as `Prefer: wait=N`. Some runtimes wait less (Workers: 25). */
                wait?: number;
                format?: "json" | "text" | "markdown" | "junit" | "csv" | "tap";
                /** @description With 424: any verdict but `pass`, or no verdict when the wait ends, is answered 424 with the same body */
                failStatus?: 424;
            };
            header?: {
                /** @description The same key and request within 24 h: the same resource, with `Idempotent-Replayed: true` */
                "idempotency-key"?: string;
                /** @description RFC 7240: `wait=N` (seconds) or `respond-async` */
                prefer?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Finished in time (or already) */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"] | components["schemas"]["Batch"];
                    "text/plain": string;
                    "text/markdown": string;
                    "application/xml": string;
                    "text/csv": string;
                    "text/x-tap": string;
                };
            };
            /** @description Accepted; ask again at `Location` */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"] | components["schemas"]["Batch"];
                    "text/plain": string;
                    "text/markdown": string;
                    "application/xml": string;
                    "text/csv": string;
                    "text/x-tap": string;
                };
            };
        };
    };
    listScheduleJobs: {
        parameters: {
            query?: {
                limit?: number;
                /** @description `nextCursor` of the page before; opaque */
                cursor?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["JobHead"][];
                        nextCursor: string | null;
                    };
                };
            };
        };
    };
    listServices: {
        parameters: {
            query?: {
                cluster?: string;
                namespace?: string;
                /** @description A part of `namespace/name`, in upper or lower case */
                q?: string;
                /** @description The current state, as in `state`. unknown: never tested, so that `state` is null */
                verdict?: "fail" | "unknown" | "pass";
                /** @description problems: failing ones first, then unknown, then passing ones; within each, the last to change first */
                sort?: "name" | "problems";
                /** @description Adds this many days of each Service, today included, and its `p95Ms` */
                days?: number;
                /** @description Adds `totals` */
                totals?: "true";
                /** @description Ends now; or give `from` and `to`. Like 90s, 15m, 24h or 30d; default 24h */
                window?: string;
                /** @description Inclusive */
                from?: string;
                /** @description Exclusive; left out: now */
                to?: string;
                limit?: number;
                /** @description `nextCursor` of the page before; opaque */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["ListedService"][];
                        nextCursor: string | null;
                        totals?: components["schemas"]["ServiceTotals"];
                    };
                };
            };
        };
    };
    getService: {
        parameters: {
            query?: {
                /** @description Needed if several clusters have such a Service */
                cluster?: string;
                /** @description Ends now; or give `from` and `to`. Like 90s, 15m, 24h or 30d; default 24h */
                window?: string;
                /** @description Inclusive */
                from?: string;
                /** @description Exclusive; left out: now */
                to?: string;
            };
            header?: never;
            path: {
                namespace: string;
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The Service */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ServiceHistory"];
                };
            };
        };
    };
    listServiceResults: {
        parameters: {
            query?: {
                /** @description Needed if several clusters have such a Service */
                cluster?: string;
                /** @description Id of a path, or of all endpoints of a port */
                path?: string;
                kind?: "DNS" | "ClusterIP" | "NodePort" | "LoadBalancer" | "Ingress" | "HTTPRoute" | "GRPCRoute" | "TLSRoute" | "TCPRoute" | "UDPRoute" | "Route" | "Endpoint" | "ExternalIP" | "ExternalName" | "Environment";
                outcome?: "pass" | "fail" | "error" | "skipped";
                check?: string;
                /** @description The vantage that it was seen from: its name, or its position if it has no name */
                vantage?: components["schemas"]["VantageName"];
                /** @description Inclusive */
                from?: string;
                /** @description Exclusive; left out: now */
                to?: string;
                limit?: number;
                /** @description `nextCursor` of the page before; opaque */
                cursor?: string;
            };
            header?: never;
            path: {
                namespace: string;
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["HistoryResult"][];
                        nextCursor: string | null;
                    };
                };
            };
        };
    };
    getServiceSeries: {
        parameters: {
            query?: {
                /** @description Needed if several clusters have such a Service */
                cluster?: string;
                /** @description Left out: the Service as a whole */
                path?: string;
                /** @description Ends now; or give `from` and `to`. Like 90s, 15m, 24h or 30d; default 24h */
                window?: string;
                /** @description Inclusive */
                from?: string;
                /** @description Exclusive; left out: now */
                to?: string;
                /** @description Like 90s, 15m, 24h or 30d */
                step?: string;
            };
            header?: never;
            path: {
                namespace: string;
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The points */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Series"];
                };
            };
        };
    };
    listServiceIncidents: {
        parameters: {
            query?: {
                /** @description Needed if several clusters have such a Service */
                cluster?: string;
                /** @description Ends now; or give `from` and `to`. Like 90s, 15m, 24h or 30d; default 24h */
                window?: string;
                /** @description Inclusive */
                from?: string;
                /** @description Exclusive; left out: now */
                to?: string;
                limit?: number;
                /** @description `nextCursor` of the page before; opaque */
                cursor?: string;
            };
            header?: never;
            path: {
                namespace: string;
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Incident"][];
                        nextCursor: string | null;
                    };
                };
            };
        };
    };
    listIncidents: {
        parameters: {
            query?: {
                cluster?: string;
                namespace?: string;
                /** @description `true`: only open ones; `false`: only ended ones */
                open?: "true" | "false";
                /** @description `true`: only those of Services as a whole, one for all that fails; `false`: only those of paths */
                whole?: "true" | "false";
                /** @description Inclusive */
                from?: string;
                /** @description Exclusive; left out: now */
                to?: string;
                limit?: number;
                /** @description `nextCursor` of the page before; opaque */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["TargetIncident"][];
                        nextCursor: string | null;
                    };
                };
            };
        };
    };
    listClusters: {
        parameters: {
            query?: {
                limit?: number;
                /** @description `nextCursor` of the page before; opaque */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Cluster"][];
                        nextCursor: string | null;
                    };
                };
            };
        };
    };
    listClusterServices: {
        parameters: {
            query?: {
                namespace?: string;
                /** @description A label selector as kubectl takes it */
                selector?: string;
                /** @description A part of `namespace/name` */
                q?: string;
                limit?: number;
                /** @description `nextCursor` of the page before; opaque */
                cursor?: string;
            };
            header?: never;
            path: {
                cluster: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["LiveService"][];
                        nextCursor: string | null;
                    };
                };
            };
        };
    };
    getReport: {
        parameters: {
            query?: {
                cluster?: string;
                namespace?: string;
                /** @description Ends now; or give `from` and `to`. Like 90s, 15m, 24h or 30d; default 24h */
                window?: string;
                /** @description Inclusive */
                from?: string;
                /** @description Exclusive; left out: now */
                to?: string;
                /** @description The least availability that is a pass */
                objective?: number | null;
                /** @description Left out: chosen by `Accept`, which must name HTML to get it */
                format?: "json" | "text" | "markdown" | "junit" | "csv" | "tap" | "html";
                /** @description With 424: any verdict but `pass` is answered 424 with the same body */
                failStatus?: 424;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The report */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Report"];
                    "text/plain": string;
                    "text/markdown": string;
                    "application/xml": string;
                    "text/csv": string;
                    "text/x-tap": string;
                    "text/html": string;
                };
            };
            /** @description To the login, for people */
            303: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Not modified since the `ETag` of `If-None-Match` */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    getServiceReport: {
        parameters: {
            query?: {
                /** @description Needed if several clusters have such a Service */
                cluster?: string;
                /** @description Ends now; or give `from` and `to`. Like 90s, 15m, 24h or 30d; default 24h */
                window?: string;
                /** @description Inclusive */
                from?: string;
                /** @description Exclusive; left out: now */
                to?: string;
                /** @description The least availability that is a pass */
                objective?: number | null;
                /** @description Left out: chosen by `Accept`, which must name HTML to get it */
                format?: "json" | "text" | "markdown" | "junit" | "csv" | "tap" | "html";
                /** @description With 424: any verdict but `pass` is answered 424 with the same body */
                failStatus?: 424;
            };
            header?: never;
            path: {
                namespace: string;
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The report */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ServiceReport"];
                    "text/plain": string;
                    "text/markdown": string;
                    "application/xml": string;
                    "text/csv": string;
                    "text/x-tap": string;
                    "text/html": string;
                };
            };
            /** @description To the login, for people */
            303: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Not modified since the `ETag` of `If-None-Match` */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    getServiceBadge: {
        parameters: {
            query?: {
                /** @description Needed if several clusters have such a Service */
                cluster?: string;
                /** @description Ends now; or give `from` and `to`. Like 90s, 15m, 24h or 30d; default 24h */
                window?: string;
                /** @description Inclusive */
                from?: string;
                /** @description Exclusive; left out: now */
                to?: string;
                /** @description The least availability that is a pass */
                objective?: number | null;
                /** @description Default: the Service's name */
                label?: string;
            };
            header?: never;
            path: {
                namespace: string;
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description An image */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "image/svg+xml": string;
                };
            };
            /** @description Not modified since the `ETag` of `If-None-Match` */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    listStatusPages: {
        parameters: {
            query?: {
                limit?: number;
                /** @description `nextCursor` of the page before; opaque */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["StatusPage"][];
                        nextCursor: string | null;
                    };
                };
            };
        };
    };
    createStatusPage: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and request within 24 h: the same resource, with `Idempotent-Replayed: true` */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["StatusPageRequest"];
            };
        };
        responses: {
            /** @description Made; its `ETag` is needed to change it */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StatusPage"];
                };
            };
        };
    };
    getStatusPage: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The status page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StatusPage"];
                };
            };
        };
    };
    deleteStatusPage: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` that was read */
                "if-match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    changeStatusPage: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` that was read */
                "if-match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["StatusPagePatch"];
            };
        };
        responses: {
            /** @description Changed */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StatusPage"];
                };
            };
        };
    };
    listAnnouncements: {
        parameters: {
            query?: {
                limit?: number;
                /** @description `nextCursor` of the page before; opaque */
                cursor?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Announcement"][];
                        nextCursor: string | null;
                    };
                };
            };
        };
    };
    createAnnouncement: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and request within 24 h: the same resource, with `Idempotent-Replayed: true` */
                "idempotency-key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AnnouncementRequest"];
            };
        };
        responses: {
            /** @description Made; its `ETag` is needed to change it */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Announcement"];
                };
            };
        };
    };
    getAnnouncement: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                announcement: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The announcement */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Announcement"];
                };
            };
        };
    };
    deleteAnnouncement: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` that was read */
                "if-match"?: string;
            };
            path: {
                id: string;
                announcement: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    changeAnnouncement: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` that was read */
                "if-match"?: string;
            };
            path: {
                id: string;
                announcement: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AnnouncementPatch"];
            };
        };
        responses: {
            /** @description Changed */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Announcement"];
                };
            };
        };
    };
    getStatus: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The states, and incidents of 90 days */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PublicStatus"];
                    "text/html": string;
                };
            };
            /** @description Not modified since the `ETag` of `If-None-Match` */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    getStatusBadge: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description An image */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "image/svg+xml": string;
                };
            };
            /** @description Not modified since the `ETag` of `If-None-Match` */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    getStatusRss: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A feed */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/rss+xml": string;
                };
            };
            /** @description Not modified since the `ETag` of `If-None-Match` */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    getStatusAtom: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A feed */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/atom+xml": string;
                };
            };
            /** @description Not modified since the `ETag` of `If-None-Match` */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    listAudit: {
        parameters: {
            query?: {
                /** @description The id of the caller */
                actor?: string;
                action?: "job.created" | "job.cancelled" | "batch.created" | "batch.cancelled" | "compare.created" | "compare.cancelled" | "schedule.created" | "schedule.changed" | "schedule.deleted" | "schedule.run" | "token.created" | "token.revoked" | "statuspage.created" | "statuspage.changed" | "statuspage.deleted" | "announcement.created" | "announcement.changed" | "announcement.deleted" | "session.started" | "session.ended" | "login.failed";
                /** @description The id of what was changed */
                resource?: string;
                from?: string;
                to?: string;
                limit?: number;
                /** @description `nextCursor` of the page before; opaque */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["AuditEntry"][];
                        nextCursor: string | null;
                    };
                };
            };
        };
    };
    listTokens: {
        parameters: {
            query?: {
                limit?: number;
                /** @description `nextCursor` of the page before; opaque */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Token"][];
                        nextCursor: string | null;
                    };
                };
            };
        };
    };
    createToken: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and request within 24 h make no second token: a 409 names the first one, which cannot be shown again */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TokenRequest"];
            };
        };
        responses: {
            /** @description Made */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NewToken"];
                };
            };
        };
    };
    getToken: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The token */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Token"];
                };
            };
        };
    };
    revokeToken: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is revoked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RevokedToken"];
                };
            };
        };
    };
    getLogin: {
        parameters: {
            query?: {
                /** @description A path of this server to go to after the login; anything else is taken as `/` */
                next?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A form for a token, and a link to the identity provider where one is configured */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
        };
    };
    logIn: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Login"];
                "application/x-www-form-urlencoded": components["schemas"]["LoginForm"];
            };
        };
        responses: {
            /** @description Logged in, by JSON */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Whoami"];
                };
            };
            /** @description To the login, for people */
            303: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    logOut: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Logged out, to /login */
            303: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    beginOidcLogin: {
        parameters: {
            query?: {
                /** @description A path of this server to go to after the login; anything else is taken as `/` */
                next?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description To the identity provider, with PKCE, state and nonce */
            302: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    finishOidcLogin: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Logged in */
            303: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    whoami: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The caller */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Whoami"];
                };
            };
        };
    };
    getMetrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Metrics */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
        };
    };
    probeTarget: {
        parameters: {
            query: {
                /** @description A URL (`http://` may be left out) for `http_2xx`; `host:port` for `tcp_connect` */
                target: string;
                module?: "http_2xx" | "tcp_connect";
                /** @description Sent as Host and SNI (`http_2xx`) */
                hostname?: string;
            };
            header?: {
                /** @description The probe ends half a second earlier. Without it: 10 s. At most 120 s. */
                "X-Prometheus-Scrape-Timeout-Seconds"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Metrics of this probe */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
        };
    };
    createPlan: {
        parameters: {
            query?: {
                cluster?: string;
                namespace?: string;
                service?: string;
                vantage?: "in-cluster" | "outside" | "edge";
                timeoutMs?: number;
                deadlineMs?: number;
                samples?: number;
                settleMs?: number;
                history?: "true" | "false";
                /** @description `expect.sameResponder` of a job */
                sameResponder?: "true" | "false";
                /** @description `key=value`; may be given several times */
                label?: string[];
                /** @description `sarif`: what the manifests alone show to be broken, as SARIF 2.1.0, with lines. Default `json` */
                format?: "json" | "sarif";
                /** @description With `format=sarif`: the file of the manifests, from the folder of the repository */
                path?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["JobRequest"];
                "application/yaml": string;
            };
        };
        responses: {
            /** @description The paths */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Plan"];
                    "application/sarif+json": string;
                };
            };
        };
    };
    explainEgress: {
        parameters: {
            query: {
                /** @description An IP address */
                address: string;
                /** @description Left out: rules about ports are passed over, and whether Portolan listens there */
                port?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What decides */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Egress"];
                };
            };
        };
    };
    getLivez: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It answers */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        status: "ok";
                        version: string;
                    };
                };
            };
        };
    };
    getReadyz: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It can take jobs */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        status: "ok";
                        version: string;
                    };
                };
            };
        };
    };
    getOpenApiJson: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OpenAPI 3.1 */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        [key: string]: unknown;
                    };
                };
            };
        };
    };
    getOpenApiYaml: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OpenAPI 3.1 */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/yaml": string;
                };
            };
        };
    };
    getDocs: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            /** @description To the login, for people */
            303: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    searchDocs: {
        parameters: {
            query: {
                /** @description A code, like `connection_refused`, or a few words */
                q: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The pages */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DocHits"];
                    "text/html": string;
                };
            };
            /** @description To the login, for people */
            303: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    getDocsIndex: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/markdown": string;
                    "text/plain": string;
                    "text/html": string;
                };
            };
            /** @description From the Markdown to the page, for a client that names `text/html` */
            302: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description To the login, for people */
            303: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    getDocsPage: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                page: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/markdown": string;
                    "text/plain": string;
                    "text/html": string;
                };
            };
            /** @description From the Markdown to the page, for a client that names `text/html` */
            302: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description To the login, for people */
            303: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    getDocsFile: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                folder: "errors" | "failures" | "diagnoses" | "guides" | "ui";
                file: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The file */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/markdown": string;
                    "text/plain": string;
                    "text/html": string;
                    "text/css": string;
                    "text/javascript": string;
                };
            };
            /** @description From the Markdown to the page, for a client that names `text/html` */
            302: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description To the login, for people */
            303: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
}
