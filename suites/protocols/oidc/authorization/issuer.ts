import { expectOneOf, expectThat } from '../../../../core/expectation.ts'
import { Blocked } from '../../../../core/finding.ts'
import { toChecks } from '../../../checks.ts'
import { rfc } from '../../../sources.ts'
import { authorizationOperation, codeRequest, granted, withConfidential, withOpenId } from './authorizing.ts'
import { visit } from './browser.ts'

/** That an application which talks to several servers can tell whose answer it has. */
export const issuer = toChecks(authorizationOperation, [
  {
    id: 'protocols/oidc/authorization/issuer/code',
    title: 'Authorization: the iss beside a code, where there is one, is the issuer',
    sources: [rfc(9207, '2')],
    level: 'must',
    needs: withConfidential,
    async run(world) {
      const { parameters } = await granted(world, codeRequest(world).parameters)
      expectOneOf(world, 'parameter iss', parameters.get('iss') ?? undefined, [undefined, world.target.issuer])
    },
  },
  {
    id: 'protocols/oidc/authorization/issuer/error',
    title: 'Authorization: the iss beside an error, where there is one, is the issuer',
    sources: [rfc(9207, '2')],
    level: 'must',
    needs: withOpenId,
    async run(world) {
      const { delivered } = await visit(world, codeRequest(world, { prompt: 'none' }).parameters)
      if (!delivered?.parameters.has('error')) throw new Blocked('prompt=none is not answered with an error')
      expectThat(world, [null, world.target.issuer].includes(delivered.parameters.get('iss')), 'parameter iss', world.target.issuer, delivered.parameters.get('iss') ?? undefined)
    },
  },
])
