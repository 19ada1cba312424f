/** A server that has looked at nothing yet: how to begin. */
import { Copy } from '../parts/copy.tsx'

type FirstProps = {
  /** The address of this server. */
  at: string
  needsToken: boolean
  mayAsk: boolean
  mayPlan: boolean
}

export function First({ at, needsToken, mayAsk, mayPlan }: FirstProps) {
  return (
    <section aria-labelledby="first">
      <h2 id="first">Nothing has been checked yet</h2>
      {mayAsk ? <Commands at={at} needsToken={needsToken} /> : <p>Your token may read, but not start a check.</p>}
      <p>
        {mayPlan ? (
          <>
            <a href="/try">Try it with manifests</a>: paste some, and see which paths they promise. Nothing is sent.{' '}
          </>
        ) : null}
        All of this, step by step: <a href="/docs/getting-started">getting started</a>.
      </p>
    </section>
  )
}

function Commands({ at, needsToken }: Pick<FirstProps, 'at' | 'needsToken'>) {
  const token = needsToken ? ` -H "authorization: Bearer $PORTOLAN_TOKEN"` : ''
  return (
    <>
      <p>
        Check a Service of yours, like <code>toad-svc</code> in the namespace <code>shop</code>. If this server reads
        the cluster itself:
      </p>
      <Copy
        label="Copy the command"
        text={`curl -sS -X POST${token} '${at}/v1/jobs?service=toad-svc&namespace=shop&wait=60&format=text'`}
      />
      <p>Otherwise, hand over what kubectl prints:</p>
      <Copy
        label="Copy the command"
        text={[
          'kubectl get -n shop svc,endpointslices,ingress,pods -o yaml |',
          `  curl -sS${token} -H 'content-type: application/yaml' --data-binary @- \\`,
          `    '${at}/v1/jobs?service=toad-svc&namespace=shop&wait=60&format=text'`,
        ].join('\n')}
      />
      <p>Or by the command line{needsToken ? ', which reads the token from PORTOLAN_TOKEN' : ''}:</p>
      <Copy label="Copy the command" text={`portolan check toad-svc -n shop --server ${at}`} />
    </>
  )
}
