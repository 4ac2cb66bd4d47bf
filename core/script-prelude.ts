import { quoted } from './curl.ts'

/**
 * What stands before the requests of a script: which variables it wants, what it makes itself, and the functions that it is written with. `options`
 * are curl's, as words of a shell. Each
 * answer lies in a folder of its own until the next one; nothing of it is shown but the status and the error code.
 */
export function prelude(environment: readonly { readonly name: string; readonly meaning: string }[], baseUrl: string, made: readonly string[], options: readonly string[]): string[] {
  return [
    '#',
    '# Needs curl, sed and openssl. Options for every request, such as -k: CURL_OPTIONS. Another address of the target: BASE_URL.',
    ...(environment.length === 0 ? [] : ['# Secrets come from the environment (set -a; . ./.env):', ...environment.map(({ name, meaning }) => `#   ${name}  ${meaning}`)]),
    'set -u',
    ...environment.map(({ name, meaning }) => `: "\${${name}:?${meaning}}"`),
    `: "\${BASE_URL:=${/^[\w:/.[\]-]+$/.test(baseUrl) ? baseUrl : ''}}"`,
    ...(/^[\w:/.[\]-]+$/.test(baseUrl) ? [] : [`BASE_URL=${quoted(baseUrl)}`]),
    'answer=$(mktemp -d)',
    'trap \'rm -rf "$answer"\' EXIT',
    '',
    '# One request; then its answer is there.',
    'ask() {',
    '  method=$1 url=$2',
    '  shift 2',
    ['  curl -sS -g --max-time 30', ...options, '${CURL_OPTIONS-} -X "$method" -D "$answer/head" -o "$answer/body" "$url" "$@" || echo "   no answer"'].join(' '),
    '  : >>"$answer/head"; : >>"$answer/body"',
    '  printf \'   %s %s -> %s %s\\n\' "$method" "${url%%\\?*}" "$(sed -n \'1s/^[^ ]* *\\([0-9]*\\).*/\\1/p\' "$answer/head")" "$(member error)"',
    '}',
    'step() { printf \'%s\\n\' "$1"; }',
    'told() { printf \'   expected %s, recorded %s\\n\' "$1" "$2"; }',
    '# What an answer gave: a member of its JSON, a parameter of its Location, a cookie, a field of its form.',
    'member() { tr -d \'\\n\' <"$answer/body" | sed -n \'s/.*"\'"$1"\'"[[:space:]]*:[[:space:]]*"\\([^"]*\\)".*/\\1/p\' | sed \'s#\\\\/#/#g\'; }',
    'parameter() { tr -d \'\\r\' <"$answer/head" | sed -n \'s/^[Ll][Oo][Cc][Aa][Tt][Ii][Oo][Nn]:.*[?&#]\'"$1"\'=\\([^&#]*\\).*/\\1/p\'; }',
    'cookie() { tr -d \'\\r\' <"$answer/head" | sed -n \'s/^[Ss][Ee][Tt]-[Cc][Oo][Oo][Kk][Ii][Ee]:[[:space:]]*\'"$1"\'=\\([^;]*\\).*/\\1/p\' | tail -n 1; }',
    'field() { tr \'<\\n\' \'\\n \' <"$answer/body" | sed -n \'/^input.*name="\'"$1"\'"/s/.*value="\\([^"]*\\)".*/\\1/p\' | head -n 1; }',
    'encode() { printf %s "$1" | od -An -tx1 | tr -d \' \\n\' | sed \'s/../%&/g\'; }',
    ...(made.length === 0 ? [] : [
      'challenge() { printf %s "$1" | openssl dgst -sha256 -binary | openssl base64 -A | tr \'+/\' \'-_\' | tr -d =; }',
      '',
      '# What the suite makes up.',
      ...made,
    ]),
  ]
}
