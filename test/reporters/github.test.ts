import fc from 'fast-check'
import { expect, test } from 'vitest'
import { renderGithub } from '../../reporters/index.ts'
import { printable } from '../../reporters/printable.ts'
import { fixedRun } from './fixed-run.ts'
import { hostileText, runFullOf } from './hostile-run.ts'

/** Reads a line as the runner does: https://docs.github.com/actions/reference/workflow-commands-for-github-actions */
function command(line: string): { kind: string; title: string; message: string } {
  const [, kind, title, data] = /^::(\w+) title=([^,:]*)::(.*)$/s.exec(line)!
  const unescaped = (text: string): string => text.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%3A', ':').replaceAll('%2C', ',').replaceAll('%25', '%')
  return { kind: kind!, title: unescaped(title!), message: data!.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%') }
}

function commands(text: string): ReturnType<typeof command>[] {
  return text.trimEnd().split('\n').map(command)
}

test('failures and our errors are errors, differences that do not count and blocked checks are warnings', () => {
  expect(commands(renderGithub(fixedRun)).map(({ kind, title }) => `${kind} ${title}`)).toEqual([
    'error POST /oauth/token: A request without client_id is refused',
    'error GET /userinfo: A refusal does not repeat what was sent',
    'error Discovery: Discovery names the issuer',
    'warning GET /userinfo: A profile is not cached',
    'warning POST /dbconnections/signup: The answer to a signup names the user',
    'warning 1 check was blocked',
    'notice https://tenant.example.com does not conform',
  ])
})

test('a message says where it differed, where that is demanded and how to see it again', () => {
  expect(commands(renderGithub(fixedRun))[0]!.message).toBe([
    'status: expected 401, actual 200',
    'body error code: expected access_denied, actual (absent) (a token was given to nobody)',
    'Demanded by RFC 6749, 5.2; Auth0 Authentication API, Client credentials',
    'See it again: conformance run endpoints/token/client-credentials/missing/client_id',
  ].join('\n'))
})

test('of more than ten annotations of a kind the last tells how many are missing', () => {
  const failed = fixedRun.verdicts[1]!
  const lines = commands(renderGithub({ ...fixedRun, verdicts: Array.from({ length: 30 }, (_, at) => ({ ...failed, check: `c/${at}` })) }))
  expect(lines.filter(({ kind }) => kind === 'error')).toHaveLength(10)
  expect(lines[9]).toEqual({ kind: 'error', title: '21 more', message: 'All of them are in the summary and in run.json: 30 failed' })
})

test('whatever a target sends arrives as text, in as many commands as there are', () => {
  fc.assert(fc.property(hostileText, (text) => {
    const lines = commands(renderGithub(runFullOf(text)))
    expect(lines.map(({ kind }) => kind)).toEqual(['error', 'error', 'error', 'warning', 'warning', 'warning', 'notice'])
    expect(lines.at(-2)!.message).toBe(printable(text).slice(0, 4000))
  }), { numRuns: 60 })
})
