// Draws what a command prints in colours as an SVG: `node scripts/terminal-picture.mjs docs/npm-start.svg < output.txt`.
// Standard input is text with ANSI colours (run the command with FORCE_COLOR=1).
import { readFileSync, writeFileSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';

const [file] = process.argv.slice(2);
if (file === undefined) {
  process.stderr.write(
    'Name the SVG file to write: node scripts/terminal-picture.mjs docs/npm-start.svg < output.txt\n',
  );
  process.exit(2);
}

const CHARACTER = { width: 8.4, height: 18 };
const MARGIN = 16;
/** Foreground colours by ANSI code, readable on the dark ground. */
const COLOURS = new Map([
  ['31', '#ff7b72'],
  ['32', '#7ee787'],
  ['33', '#e3b341'],
  ['34', '#79c0ff'],
  ['35', '#d2a8ff'],
  ['36', '#76e3ea'],
  ['90', '#8b949e'],
  ['91', '#ff7b72'],
]);

/** A change of colour: the escape character, its codes, `m`. */
const STYLE = new RegExp(`(${String.fromCharCode(27)}\\[[\\d;]*m)`);

const lines = readFileSync(0, 'utf8').trimEnd().split('\n');
const columns = Math.max(...lines.map((line) => [...stripVTControlCharacters(line)].length));
const width = Math.ceil(columns * CHARACTER.width + 2 * MARGIN);
const height = lines.length * CHARACTER.height + 2 * MARGIN;

/** @param {string} text */
const asText = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** @param {string} line @param {number} row */
function drawLine(line, row) {
  const y = MARGIN + row * CHARACTER.height + 13;
  let style = { fill: '#e6edf3', weight: 'normal' };
  let column = 0;
  const spans = [];
  for (const part of line.split(STYLE)) {
    const codes = STYLE.test(part) ? part.slice(2, -1) : undefined;
    if (codes === undefined) {
      if (part.trim() !== '') {
        const x = (MARGIN + column * CHARACTER.width).toFixed(1);
        spans.push(
          `<tspan x="${x}" fill="${style.fill}" font-weight="${style.weight}">${asText(part)}</tspan>`,
        );
      }
      column += [...part].length;
      continue;
    }
    for (const code of codes.split(';')) {
      if (code === '' || code === '0') style = { fill: '#e6edf3', weight: 'normal' };
      else if (code === '1') style = { ...style, weight: 'bold' };
      else if (code === '2') style = { ...style, fill: '#8b949e' };
      else if (code === '22' || code === '39') style = { fill: '#e6edf3', weight: 'normal' };
      else if (COLOURS.has(code)) style = { ...style, fill: COLOURS.get(code) ?? style.fill };
    }
  }
  return `<text y="${y}" xml:space="preserve">${spans.join('')}</text>`;
}

writeFileSync(
  file,
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="14">
<title>Terminal output of npm start</title>
<rect width="100%" height="100%" rx="8" fill="#0d1117"/>
${lines.map(drawLine).join('\n')}
</svg>
`,
);
