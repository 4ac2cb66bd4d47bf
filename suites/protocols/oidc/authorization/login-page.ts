import { headerValues } from '../../../../core/exchange.ts'
import { expectThat } from '../../../../core/expectation.ts'
import { Blocked } from '../../../../core/finding.ts'
import { toChecks } from '../../../checks.ts'
import { auth0Docs, rfc } from '../../../sources.ts'
import { authorizationOperation, codeRequest, withConfidential } from './authorizing.ts'
import { isRedirect, visit } from './browser.ts'

const clickjacking = auth0Docs('troubleshoot/product-lifecycle/past-migrations/clickjacking-protection-for-universal-login')

/** What browsers are told about the page that asks for the password. For information. */
export const loginPage = toChecks(authorizationOperation, [
  {
    id: 'protocols/oidc/authorization/login-page/frame-protection',
    title: 'Login page: other sites cannot show it in a frame',
    sources: [rfc(6749, '10.13'), rfc(9700, '4.16'), clickjacking],
    level: 'may',
    needs: withConfidential,
    async run(world) {
      const { answer } = await visit(world, codeRequest(world).parameters)
      if (answer.status !== 200 || isRedirect(answer)) throw new Blocked(`there is no login page: ${answer.url.pathname} answered ${answer.status}`)
      const frames = answer.header('x-frame-options')
      const policies = headerValues(answer.headers, 'content-security-policy').join(', ')
      expectThat(/^\s*(?:deny|sameorigin)\s*$/i.test(frames ?? '') || /frame-ancestors/i.test(policies), 'header x-frame-options or content-security-policy', 'deny, or frame-ancestors', frames ?? (policies || undefined))
    },
  },
])
