#!/usr/bin/env bash
# Does what the README promises, from the outside: the demo shows an anomaly and ends cleanly, a file runs through.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

npm start --silent -- --data "$folder/demo" --seconds 20 >"$folder/demo.txt"
grep -q 'injected:' "$folder/demo.txt"
grep -q 'this is the injected' "$folder/demo.txt"
grep -q 'found, of what was injected' "$folder/demo.txt"
tail -n 12 "$folder/demo.txt"

npm start --silent -- --data "$folder/input" --input node_modules/vega-datasets/data/sp500-2000.csv >"$folder/input.txt"
grep -q 'nothing rejected' "$folder/input.txt"
head -n 3 "$folder/input.txt"

npx tidewatch score --quiet --input node_modules/vega-datasets/data/sp500-2000.csv --output "$folder/scores.csv" --plot "$folder/plot.svg"
head -n 2 "$folder/scores.csv"
grep -q '</svg>' "$folder/plot.svg"
echo 'smoke: both README commands did what they promise'
