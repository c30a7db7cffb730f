#!/usr/bin/env bash
# Packs the library, installs the package in a new folder as a user would, and uses it there: from TypeScript as CommonJS
# and as ESM, from plain JavaScript, in jest, and by its command. Needs npm's registry.
set -euo pipefail
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
root=$(cd -- "$here/../.." && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

fail() { echo "✖ $1" >&2; exit 1; }
step() { echo "- $1"; }

step 'the package holds what it runs, and nothing else'
cd "$root"
npm pack --silent --json --pack-destination "$folder" >"$folder/pack.json"
node - "$folder/pack.json" <<'EOF'
const [[, , path], { readFileSync }] = [process.argv, require('node:fs')];
// The build says what it does before the JSON.
const text = readFileSync(path, 'utf8');
const [{ files, size, unpackedSize }] = Object.values(JSON.parse(text.slice(text.search(/^[[{]/m))));
const paths = files.map(file => file.path);
const wanted = ['LICENSE', 'README.md', 'package.json', 'lib/cli/compose8s.cjs', 'build/lib/cli/main.js', 'build/lib/index.d.ts', 'build/lib/index.js.map', 'build/lib/targets/compose/schema/compose-spec.d.ts', 'build/constructs/nginx/scripts/start.sh', 'build/constructs/backup/scripts/backup.sh'];
const missing = wanted.filter(file => !paths.includes(file));
const stray = paths.filter(file => !/^(LICENSE|README\.md|package\.json|lib\/cli\/compose8s\.cjs|build\/(lib|constructs)\/.*)$/.test(file) || /(?<!\.d)\.ts$|\.test\.|\.json\.map$/.test(file));
if (missing.length + stray.length > 0) throw new Error(`missing: ${missing.join(', ')}; stray: ${stray.join(', ')}`);
console.log(`  ${paths.length} files, ${Math.round(size / 1000)} kB packed, ${Math.round(unpackedSize / 1000)} kB unpacked`);
EOF

step 'it installs in an empty folder'
cp -R "$here/project/." "$root/test/support/typescript-transform.cjs" "$folder"
mv "$folder"/compose8s-*.tgz "$folder/compose8s.tgz"
cd "$folder"
npm install --silent --no-audit --no-fund --save-dev ./compose8s.tgz typescript tsx jest@29 @jest/globals@29 @types/jest@29 @types/node@20
npm ls --silent cdk8s cdk8s-plus-28 constructs >/dev/null || fail 'its peers are not met'

step 'the examples of its documentation become tests'
node --require tsx/cjs "$root/test/package/write-examples.ts" .

for kind in commonjs globals esm; do
  step "its types are found by the latest TypeScript: $kind"
  [ "$kind" != esm ] || npm pkg set type=module
  npx tsc --project "tsconfig.$kind.json"
done
npm pkg delete type
step 'its types are found by an older resolution, which knows no exports'
node "$root/node_modules/typescript/bin/tsc" --project tsconfig.node10.json

step 'a program synthesizes as TypeScript, CommonJS and ESM, and the same comes of it'
npm pkg delete type
for program in main.ts main.cjs main.mjs; do
  CDK8S_OUTDIR=dist/$program node --require tsx/cjs "$program" >/dev/null
done
diff -r dist/main.ts dist/main.cjs || fail 'main.cjs makes something else'
diff -r dist/main.ts dist/main.mjs || fail 'main.mjs makes something else'
[ -f dist/main.ts/shop/prod/compose/services.yaml ] || fail 'there is no services.yaml'
[ -f dist/main.ts/shop/prod/compose/config/proxy-config/start.sh ] || fail 'there is no start.sh'

step 'the matchers and snapshots work in jest'
npx jest --silent --ci=false 2>jest.log || { cat jest.log; fail 'jest'; }
grep -q '2 snapshots written' jest.log || { cat jest.log; fail 'snapshots are not written'; }
npx jest --silent --ci 2>jest.log || { cat jest.log; fail 'snapshots are not the same again'; }

step 'its command works'
npx compose8s --help >help.log || fail 'compose8s --help'
grep -q 'Usage: compose8s' help.log || { cat help.log; fail 'compose8s --help says nothing of its use'; }
# The first time it asks for the one value that it cannot make.
npx compose8s secrets init shop/prod >init.log 2>&1 && fail 'secrets init asks for nothing'
grep -q 'made secrets/shop/prod/db-credentials/password' init.log || { cat init.log; fail 'secrets init'; }
echo 'canary-canary-canary-4711' >secrets/shop/prod/stripe/api-key
npx compose8s secrets init shop/prod >/dev/null || fail 'secrets init, with all values'
npx compose8s synth >synth.log || fail 'compose8s synth'
grep -q 'dist/shop/prod/kubernetes' synth.log || { cat synth.log; fail 'compose8s synth says nothing of its output'; }

echo '✔ the package works'
