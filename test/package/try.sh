#!/usr/bin/env bash
# Packs the library, installs the package in a new folder as a user would, and uses it there: from TypeScript as CommonJS
# and as ESM, from plain JavaScript, in jest, and by its command, which makes another project. Needs npm's registry.
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
// As the README states it.
if (size > 1e6 || unpackedSize > 4e6) throw new Error(`it has ${size} bytes, and ${unpackedSize} unpacked: is all of that needed?`);
console.log(`  ${paths.length} files, ${Math.round(size / 1000)} kB packed, ${Math.round(unpackedSize / 1000)} kB unpacked`);
EOF

step 'it installs in an empty folder'
cp -R "$here/project/." "$folder"
mv "$folder"/compose8s-*.tgz "$folder/compose8s.tgz"
cd "$folder"
npm install --silent --no-audit --no-fund --save-dev ./compose8s.tgz typescript tsx cdk8s-cli jest@29 @jest/globals@29 @types/jest@29 @types/node@20
npm ls --silent cdk8s cdk8s-plus-28 constructs >/dev/null || fail 'its peers are not met'

step 'the examples of its documentation become tests'
node --require tsx/cjs "$root/test/package/write-examples.ts" .

for kind in commonjs globals; do
  step "its types are found by the latest TypeScript: $kind"
  npx tsc --project "tsconfig.$kind.json"
done
step 'its types are found by TypeScript 5.9'
npm exec --yes --package typescript@5.9 -- tsc --project tsconfig.commonjs.json
step 'its types are found by an older resolution, which knows no exports'
node "$root/node_modules/typescript/bin/tsc" --project tsconfig.node10.json

step 'a program synthesizes as TypeScript, CommonJS and ESM, and the same comes of it'
npm pkg delete type
CDK8S_OUTDIR=dist/main.ts node --require tsx/cjs main.ts >/dev/null
for program in main.cjs main.mjs; do
  CDK8S_OUTDIR=dist/$program node "$program" >/dev/null
done
diff -r dist/main.ts dist/main.cjs || fail 'main.cjs makes something else'
diff -r dist/main.ts dist/main.mjs || fail 'main.mjs makes something else'
npx cdk8s synth --check-upgrade=false --output dist/cdk8s >/dev/null
diff -r dist/main.ts dist/cdk8s || fail "cdk8s' own command makes something else"
[ -f dist/main.ts/shop/prod/compose/services.yaml ] || fail 'there is no services.yaml'
[ -f dist/main.ts/shop/prod/compose/config/proxy-config/start.sh ] || fail 'there is no start.sh'

step 'in a project of type "module" TypeScript and JavaScript make the same of it, by hand and by the command'
cp shop.ts esm/
cp main.mjs esm/main.js
cd esm
npx tsc
CDK8S_OUTDIR=../dist/esm.ts node --import tsx main.ts >/dev/null
CDK8S_OUTDIR=../dist/esm.js node main.js >/dev/null
npx compose8s synth --output ../dist/esm-command >/dev/null
npx compose8s --app 'node main.js' synth --output ../dist/esm-command.js >/dev/null
for made in esm.ts esm.js esm-command esm-command.js; do
  diff -r ../dist/main.ts "../dist/$made" || fail "$made is something else"
done
npx compose8s --app 'node --require tsx/cjs main.ts' list 2>loader.log && fail 'the loader of CommonJS reads a module'
grep -q 'fix: .*node --import tsx' loader.log || { cat loader.log; fail 'nobody says which loader a module needs'; }
cd ..

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

step 'the project that it makes passes its tests and synthesizes at once'
mkdir "$folder/made"
cd "$folder/made"
npm exec --silent --yes --package "$folder/compose8s.tgz" -- compose8s init shop --package "file:$folder/compose8s.tgz" >init.log || { cat init.log; fail 'compose8s init'; }
cd shop
npm install --silent --no-audit --no-fund
# On a machine of its own: the first run writes the snapshot.
npm test --silent -- --ci=false >test.log 2>&1 || { cat test.log; fail 'npm test'; }
grep -q '1 snapshot written' test.log || { cat test.log; fail 'it has no snapshot'; }
npm run --silent synth >synth.log || { cat synth.log; fail 'npm run synth'; }
[ -f dist/shop/prod/kubernetes/web.yaml ] || fail 'there is no web.yaml'
npm run --silent diff >diff.log || { cat diff.log; fail 'npm run diff sees a change where there is none'; }
npm run --silent list >list.log || { cat list.log; fail 'npm run list'; }
grep -q '^shop/prod  (compose, kubernetes)' list.log || { cat list.log; fail 'npm run list says nothing of production'; }
for peer in cdk8s cdk8s-plus-28 constructs; do
  npm pkg get "dependencies.$peer" | grep -q '"^' || fail "it does not name $peer"
done
rm ./*.log

step 'it synthesizes again when a file changes'
node_modules/.bin/compose8s synth --watch >../watch.log 2>&1 &
watch=$!
within_a_minute() { # COMMAND...
  local end=$((SECONDS + 60))
  until "$@"; do
    [ "$SECONDS" -lt "$end" ] || { cat ../watch.log; kill "$watch"; fail "it never came to: $*"; }
    sleep 0.1
  done
}
within_a_minute grep -q 'waiting for a change' ../watch.log
sleep 2
sed -i 's/replicas: 2/replicas: 4/' main.ts
within_a_minute grep -q 'replicas: 4' dist/shop/prod/kubernetes/web.yaml
kill "$watch"
wait "$watch" || fail 'it does not end well'
sed -n 's/^\([0-9]* ms\);.*/  \1/p' ../watch.log
sed -i 's/replicas: 4/replicas: 2/' main.ts

step 'its workflow is one that GitHub understands'
npm install --silent --no-audit --no-fund --prefix "$folder/validator" @action-validator/core@0.6.0 @action-validator/cli@0.6.0
"$folder/validator/node_modules/.bin/action-validator" .github/workflows/ci.yaml || fail 'the schema of workflows'

step 'its workflow goes through; images are only named, since there may be no registry'
commit() { git add --all && git -c user.name=try -c user.email=try@localhost.invalid commit --quiet --message "$1"; }
git init --quiet --initial-branch main
commit first
[ -z "$(git ls-files dist node_modules secrets)" ] || fail 'git does not ignore what is made'
git ls-files --error-unmatch __snapshots__/stack.test.ts.snap >/dev/null || fail 'git does not keep the snapshot'
# A pull request that gives the database another name, and so another, empty volume, and the web a key that nobody can make up.
sed -i "s/'db'/'database'/; s/env: { DATABASE_URL: db.url }/env: { DATABASE_URL: db.url, PAYMENT_KEY: payment.key('api-key') }/; s/import { Image, /&Secret, /; /new WebService/i\\    const payment = new Secret(this, 'payment', { keys: { 'api-key': Secret.given('the dashboard of the payment service') } });" stack.ts
sed -i "s/'db'/'database'/; s/{ db:/{ database:/" stack.test.ts
npx jest --silent --updateSnapshot >../test.log 2>&1 || { cat ../test.log; fail 'the tests of the changed stack'; }
commit second
mkdir "$folder/bin"
printf '#!/bin/sh\necho "$*" >>"%s/docker.log"\n' "$folder" >"$folder/bin/docker"
chmod +x "$folder/bin/docker"
GITHUB_STEP_SUMMARY=$folder/summary.md PATH=$folder/bin:$PATH \
  node --require "$root/node_modules/tsx/dist/cjs/index.cjs" "$root/test/package/run-workflow.ts" .github/workflows/ci.yaml HEAD~1 || fail 'the workflow'
grep -q 'compose volumes/db-data: data at risk' "$folder/summary.md" || { cat "$folder/summary.md"; fail 'the summary does not tell of the volume'; }
[ "$(sed -n '1p;$p' "$folder/summary.md")" = $'```text\n```' ] || { cat "$folder/summary.md"; fail 'Markdown would read the signs of the diff as its own'; }
grep -q "PAYMENT_API_KEY:?" dist/shop/prod/compose/services.yaml || fail 'it asks for no value that somebody has to give'
# shellcheck disable=SC2016 # of Compose
grep -F '${' dist/shop/prod/compose/images.yaml && fail 'who builds is asked for a value'
[ ! -e secrets ] || fail 'the workflow makes secrets'
cat >"$folder/expected.log" <<'EOF'
compose --file dist/shop/prod/compose/images.yaml build
run --rm -v /var/run/docker.sock:/var/run/docker.sock aquasec/trivy:0.69.3 image --exit-code 1 --severity CRITICAL --ignore-unfixed postgres:17-alpine
run --rm -v /var/run/docker.sock:/var/run/docker.sock aquasec/trivy:0.69.3 image --exit-code 1 --severity CRITICAL --ignore-unfixed registry.example/shop:1.0.0
EOF
diff "$folder/expected.log" "$folder/docker.log" || fail 'other images are built and scanned'

echo '✔ the package works'
