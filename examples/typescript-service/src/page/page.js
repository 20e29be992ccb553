// The page's side of a question: passages over HTTP, the answer over a WebSocket, and the answer back over HTTP. What comes
// from elsewhere is put in as text, never as markup.

const REQUEST_TIMEOUT_MILLIS = 10_000;
const ANSWER_TIMEOUT_MILLIS = 30_000;
const SERVICES_EVERY_MILLIS = 10_000;

/** @param {string} id @returns {HTMLElement} */
const element = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
const question = /** @type {HTMLInputElement} */ (element('question'));
const ask = /** @type {HTMLButtonElement} */ (element('ask'));
const cancel = /** @type {HTMLButtonElement} */ (element('cancel'));

/** @type {AbortController | undefined} */
let asking;

element('form').addEventListener('submit', async (event) => {
  event.preventDefault();
  if (asking !== undefined || question.value.trim() === '') return;
  const canceller = new AbortController();
  asking = canceller;
  show(true);
  try {
    await answer(question.value.trim(), canceller.signal);
  } catch (error) {
    const { message } = /** @type {Error} */ (error);
    element('problem').textContent = canceller.signal.aborted ? '' : message;
    say(canceller.signal.aborted ? 'Cancelled.' : 'No answer.');
  } finally {
    asking = undefined;
    show(false);
    question.focus();
  }
});

cancel.addEventListener('click', () => asking?.abort());
addEventListener('keydown', ({ key }) => {
  if (key === 'Escape') asking?.abort();
});

/**
 * @param {string} text
 * @param {AbortSignal} signal
 */
async function answer(text, signal) {
  element('problem').textContent = '';
  element('answer').textContent = '';
  say('Looking for passages …');
  const { related, qdrant, websocket, traceparent, tracestate } = await post(
    '/api/questions',
    { question: text },
    {},
    signal,
  );
  element('trace-id').textContent = /^00-([0-9a-f]{32})-/.exec(traceparent)?.[1] ?? 'not traced';
  showRelated(related, qdrant);
  say('Waiting for the answer …');
  const completion = await complete(websocket, { prompt: text, traceparent, tracestate }, signal);
  element('answer').textContent = completion.text;
  const headers = { ...(traceparent && { traceparent }), ...(tracestate && { tracestate }) };
  try {
    await post(
      '/api/answers',
      { question: text, answer: completion.text, model: completion.model },
      headers,
      signal,
    );
    say(`Answered by ${completion.model}, and stored.`);
  } catch (error) {
    if (signal.aborted) throw error;
    say(`Answered by ${completion.model}, but not stored.`);
    element('problem').textContent = /** @type {Error} */ (error).message;
  }
}

/**
 * @param {string} path
 * @param {object} body
 * @param {Record<string, string>} headers
 * @param {AbortSignal} signal
 * @returns {Promise<any>}
 */
async function post(path, body, headers, signal) {
  const response = await fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
    signal: AbortSignal.any([signal, AbortSignal.timeout(REQUEST_TIMEOUT_MILLIS)]),
  }).catch((error) => {
    throw error.name === 'TimeoutError'
      ? new Error(`The service has not answered within ${REQUEST_TIMEOUT_MILLIS / 1000} s.`)
      : new Error('The service of this page is not reachable.');
  });
  const answered = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(`${response.status}: ${answered.error ?? 'without a reason'}`);
  return answered;
}

/**
 * @param {string} url
 * @param {object} request
 * @param {AbortSignal} signal
 * @returns {Promise<{ text: string, model: string }>}
 */
function complete(url, request, signal) {
  const id = crypto.randomUUID?.() ?? String(Math.random());
  const socket = new WebSocket(url);
  const { promise, resolve, reject } = Promise.withResolvers();
  const timer = setTimeout(
    () =>
      reject(new Error(`The WebSocket service has not answered within ${ANSWER_TIMEOUT_MILLIS / 1000} s.`)),
    ANSWER_TIMEOUT_MILLIS,
  );
  const abort = () => reject(new Error('cancelled'));
  signal.addEventListener('abort', abort);
  socket.addEventListener('open', () =>
    socket.send(JSON.stringify({ type: 'complete', id, stream: true, max_tokens: 200, ...request })),
  );
  socket.addEventListener('message', ({ data }) => {
    const message = parse(data);
    if (message?.type === 'delta' && message.id === id) element('answer').append(String(message.text));
    else if (message?.type === 'completion' && message.id === id)
      resolve({ text: String(message.text), model: String(message.model) });
    else if (message?.type === 'error')
      reject(new Error(`The WebSocket service says ${message.code}: ${message.message}`));
  });
  let opened = false;
  socket.addEventListener('open', () => {
    opened = true;
  });
  socket.addEventListener('close', ({ code }) =>
    reject(
      new Error(
        opened
          ? `The WebSocket service has closed the connection without an answer (${code}).`
          : `The WebSocket service at ${url} is not reachable.`,
      ),
    ),
  );
  return promise.finally(() => {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
    socket.close(1000);
  });
}

/** @param {string} data @returns {any} */
function parse(data) {
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}

/**
 * @param {{ file: string, heading: string }[]} related
 * @param {{ status: string, reason?: string }} qdrant
 */
function showRelated(related, qdrant) {
  element('related-note').textContent =
    qdrant.status === 'ok'
      ? `${related.length} found in Qdrant.`
      : `Qdrant is not there (${qdrant.reason}), so the answer has to do without.`;
  element('related').replaceChildren(
    ...related.map(({ file, heading }) => item(`${heading || file}, ${file}`)),
  );
}

async function showServices() {
  let lines;
  try {
    const response = await fetch('/api/services', { signal: AbortSignal.timeout(REQUEST_TIMEOUT_MILLIS) });
    const { services } = await response.json();
    lines = services.map(
      (/** @type {{ name: string, status: string, reason?: string }} */ { name, status, reason }) =>
        `${name}: ${status}${reason === undefined ? '' : ` (${reason})`}`,
    );
  } catch {
    lines = ['The service of this page is not reachable.'];
  }
  element('services').replaceChildren(...lines.map(item));
  setTimeout(showServices, SERVICES_EVERY_MILLIS);
}

/** @param {string} text */
function item(text) {
  const li = document.createElement('li');
  li.textContent = text;
  return li;
}

/** @param {string} text */
function say(text) {
  element('status').textContent = text;
}

/** @param {boolean} busy */
function show(busy) {
  ask.disabled = busy;
  cancel.disabled = !busy;
}

question.focus();
showServices();
