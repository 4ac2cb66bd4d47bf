import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseStringPromise } from 'xml2js'
import { renderJunit } from '../../reporters/index.ts'
import { fixedRun } from './fixed-run.ts'
import { hostileText, runFullOf } from './hostile-run.ts'

interface Element { readonly $?: Record<string, string>; readonly _?: string; readonly [name: string]: unknown }

async function parsed(xml: string): Promise<Element> {
  return ((await parseStringPromise(xml, { strict: true })) as { testsuites: Element }).testsuites
}

function children(element: Element, name: string): Element[] {
  return (element[name] as Element[] | undefined) ?? []
}

describe('the fixed run as JUnit', () => {
  const read = parsed(renderJunit(fixedRun))

  test('has a case for each verdict, its class the id and its name the title', async () => {
    const cases = children(await read, 'testsuite').flatMap((suite) => children(suite, 'testcase'))
    expect(cases.map(({ $ }) => `${$!.classname} ${$!.name}`).sort()).toEqual(fixedRun.verdicts.map(({ check, title }) => `${check} ${title}`).sort())
  })

  test('counts what it holds, in all and in each suite', async () => {
    const root = await read
    const { tests, failures, errors, skipped } = root.$!
    expect({ tests, failures, errors, skipped }).toEqual({ tests: '11', failures: '2', errors: '1', skipped: '6' })
    for (const suite of children(root, 'testsuite')) {
      const cases = children(suite, 'testcase')
      const holding = (name: string): number => cases.filter((testcase) => children(testcase, name).length > 0).length
      expect(suite.$).toMatchObject({
        tests: String(cases.length), failures: String(holding('failure')), errors: String(holding('error')), skipped: String(holding('skipped')),
      })
    }
  })

  test('says why a check was not judged', async () => {
    const messages = children(await read, 'testsuite').flatMap((suite) => children(suite, 'testcase'))
      .flatMap((testcase) => children(testcase, 'skipped').map(({ $ }) => $!.message))
    expect(messages).toContain('unsupported: needs saml: no client with the SAML2 Web App add-on is configured')
    expect(messages).toContain('differs, but does not count (should): header cache-control: expected text like no-store, actual (absent)')
  })

  test('answers the five questions in the text of a failure', async () => {
    const [failure] = children(await read, 'testsuite').filter(({ $ }) => $!.name!.startsWith('POST /oauth/token'))
      .flatMap((suite) => children(suite, 'testcase')).flatMap((testcase) => children(testcase, 'failure'))
    expect(failure!.$).toEqual({ message: 'status: expected 401, actual 200; body error code: expected access_denied, actual (absent) (a token was given to nobody)', type: 'must' })
    expect(failure!._!.split('\n').slice(0, 8)).toEqual([
      'A request without client_id is refused',
      'check: endpoints/token/client-credentials/missing/client_id (must)',
      'demanded by: RFC 6749, 5.2 https://www.rfc-editor.org/rfc/rfc6749#section-5.2',
      'demanded by: Auth0 Authentication API, Client credentials https://auth0.com/docs/api/authentication#client-credentials',
      'differs: status: expected 401, actual 200',
      'differs: body error code: expected access_denied, actual (absent) (a token was given to nobody)',
      'see it again: conformance run endpoints/token/client-credentials/missing/client_id',
      'see it again: curl -i https://tenant.example.com/oauth/token --data-urlencode grant_type=client_credentials',
    ])
  })
})

test('whatever a target sends, the file is XML with a case for each verdict and nothing else', async () => {
  await fc.assert(fc.asyncProperty(hostileText, async (text) => {
    const root = await parsed(renderJunit(runFullOf(text)))
    expect(Object.keys(root).filter((name) => name !== '$')).toEqual(['testsuite'])
    const suites = children(root, 'testsuite')
    for (const suite of suites) expect(Object.keys(suite).filter((name) => name !== '$' && name !== 'properties')).toEqual(['testcase'])
    expect(suites.flatMap((suite) => children(suite, 'testcase'))).toHaveLength(fixedRun.verdicts.length)
  }), { numRuns: 40 })
})
