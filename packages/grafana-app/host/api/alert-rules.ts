import { type Answer, type ApiRequest, forbidden, problem } from './answer.ts';
import type { Folders } from './folders.ts';
import { missingPermission } from './provisioning-access.ts';

/** A rule in the shape of Grafana's provisioning API, `ProvisionedAlertRule`. */
export interface AlertRule {
  readonly uid: string;
  readonly title: string;
  readonly ruleGroup: string;
  readonly folderUID: string;
  readonly condition: string;
  readonly data: readonly {
    readonly refId: string;
    readonly datasourceUid: string;
    readonly model: object;
  }[];
  readonly noDataState?: string;
  readonly execErrState?: string;
  readonly for?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly isPaused?: boolean;
  readonly provenance?: string;
  readonly updated?: string;
  readonly id?: number;
}

interface Group {
  readonly folderUid: string;
  readonly title: string;
  readonly interval: number;
  readonly rules: readonly AlertRule[];
}

const UID = /^[a-zA-Z0-9_-]{1,40}$/;
const NO_DATA = ['NoData', 'Alerting', 'OK', 'KeepLast'];
const ON_ERROR = ['Error', 'Alerting', 'OK', 'KeepLast'];
const DURATION = /^(\d+(ms|[smhdwy]))+$/;
const BASE_SECONDS = 10;

const invalid = (why: string): Answer => problem(400, `invalid alert rule: ${why}`);

/** @returns what Grafana would say of a rule; undefined when it would take it */
function problemOf(rule: AlertRule, folders: Folders): Answer | undefined {
  if (rule.uid !== undefined && rule.uid !== '' && !UID.test(rule.uid)) return invalid(`uid ${rule.uid}`);
  if (!rule.title) return invalid('no title');
  if (rule.title.length > 190) return invalid('title is longer than 190 characters');
  if (!rule.folderUID || !folders.has(rule.folderUID)) return invalid('folder does not exist');
  if (!rule.data?.length) return invalid('no queries or expressions are found');
  const refIds = rule.data.map(({ refId }) => refId);
  if (new Set(refIds).size < refIds.length) return invalid('refIds are not unique');
  if (!refIds.includes(rule.condition)) {
    return invalid(`condition ${rule.condition} does not exist, must be one of ${refIds}`);
  }
  if (rule.data.some(({ datasourceUid }) => !datasourceUid)) return invalid('a query without datasourceUid');
  if (rule.noDataState !== undefined && !NO_DATA.includes(rule.noDataState)) {
    return invalid(`unknown NoData state option ${rule.noDataState}`);
  }
  if (rule.execErrState !== undefined && !ON_ERROR.includes(rule.execErrState)) {
    return invalid(`unknown Error state option ${rule.execErrState}`);
  }
  if (rule.for !== undefined && !DURATION.test(rule.for)) return invalid(`for ${rule.for} is no duration`);
  return undefined;
}

/**
 * Grafana's alert provisioning API, in memory: `/api/v1/provisioning/alert-rules` and `…/folder/:uid/rule-groups/:group`.
 * A rule that the API owns and one that the UI owns cannot be turned into one another (409).
 */
export class AlertRules {
  readonly #groups = new Map<string, Group>();
  readonly #folders: Folders;
  #lastId = 0;

  constructor(folders: Folders) {
    this.#folders = folders;
  }

  all(): readonly AlertRule[] {
    return [...this.#groups.values()].flatMap(({ rules }) => rules);
  }

  groups(): readonly Group[] {
    return [...this.#groups.values()];
  }

  handle(request: ApiRequest): Answer | undefined {
    const [, rest] = /^\/api\/v1\/provisioning(\/.+)$/.exec(request.path) ?? [];
    if (rest === undefined) return undefined;
    const provenance = request.headers['x-disable-provenance'] === undefined ? 'api' : '';
    const [, folderUid, group] = /^\/folder\/([^/]+)\/rule-groups\/(.+)$/.exec(rest) ?? [];
    const [, uid] = /^\/alert-rules\/([^/]+)$/.exec(rest) ?? [];
    const isRules = rest === '/alert-rules';
    if (folderUid === undefined && uid === undefined && !isRules) return undefined;
    const missing = missingPermission(
      request.role,
      request.method,
      folderUid === undefined ? 'rule' : 'group',
    );
    if (missing !== undefined) return forbidden(missing);
    if (folderUid !== undefined) return this.#group(request, folderUid, group!, provenance);
    if (isRules && request.method === 'GET') return { status: 200, body: this.all() };
    if (isRules && request.method === 'POST') return this.#create(request.body as AlertRule, provenance);
    if (uid !== undefined) return this.#rule(request, uid, provenance);
    return undefined;
  }

  #group(
    { method, body }: ApiRequest,
    folderUid: string,
    title: string,
    provenance: string,
  ): Answer | undefined {
    const key = `${folderUid}/${title}`;
    const found = this.#groups.get(key);
    if (method === 'GET') return found === undefined ? problem(404, '') : { status: 200, body: found };
    if (method === 'DELETE') {
      if (found === undefined) return problem(404, '');
      this.#groups.delete(key);
      return { status: 204 };
    }
    if (method !== 'PUT') return undefined;
    const wanted = body as Partial<Group>;
    const interval = wanted.interval ?? 60;
    if (!Number.isInteger(interval) || interval <= 0 || interval % BASE_SECONDS !== 0) {
      return invalid(
        `interval (${interval}s) should be non-zero and divided exactly by scheduler interval: ${BASE_SECONDS}`,
      );
    }
    const rules: AlertRule[] = [];
    for (const rule of wanted.rules ?? []) {
      const placed = { ...rule, folderUID: folderUid, ruleGroup: title };
      const refused = problemOf(placed, this.#folders) ?? this.#conflict(placed, provenance, key);
      if (refused !== undefined) return refused;
      if (rules.some((other) => other.title === rule.title))
        return invalid(`title ${rule.title} is not unique`);
      rules.push(this.#stored(placed, provenance));
    }
    const group = { folderUid, title, interval, rules };
    this.#groups.set(key, group);
    return { status: 200, body: group };
  }

  #create(rule: AlertRule, provenance: string): Answer {
    const refused = problemOf(rule, this.#folders);
    if (refused !== undefined) return refused;
    if (this.all().some(({ uid }) => uid === rule.uid)) {
      return problem(409, 'rule with the same UID already exists', {
        messageId: 'alerting.alert-rule.conflict',
      });
    }
    const refusedToo = this.#conflict(rule, provenance, undefined);
    if (refusedToo !== undefined) return refusedToo;
    const stored = this.#stored(rule, provenance);
    this.#place(stored);
    return { status: 201, body: stored };
  }

  #rule({ method, body }: ApiRequest, uid: string, provenance: string): Answer | undefined {
    const found = this.all().find((rule) => rule.uid === uid);
    if (method === 'DELETE') {
      if (found !== undefined) {
        if ((found.provenance ?? '') !== provenance && (found.provenance ?? '') !== '')
          return this.#mismatch(found, provenance);
        this.#remove(found);
      }
      // Grafana says the same of a rule that is not there.
      return { status: 204 };
    }
    if (found === undefined) return problem(404, '');
    if (method === 'GET') return { status: 200, body: found };
    if (method !== 'PUT') return undefined;
    const rule = { ...(body as AlertRule), uid };
    const refused = problemOf(rule, this.#folders) ?? this.#conflict(rule, provenance, undefined);
    if (refused !== undefined) return refused;
    this.#remove(found);
    const stored = this.#stored(rule, provenance);
    this.#place(stored);
    return { status: 200, body: stored };
  }

  #mismatch({ provenance = '' }: AlertRule, wanted: string): Answer {
    return problem(409, `cannot change provenance from '${provenance}' to '${wanted}'`, {
      messageId: 'alerting.provenanceMismatch',
    });
  }

  #conflict(rule: AlertRule, provenance: string, group: string | undefined): Answer | undefined {
    const same = this.all().find(({ uid }) => uid === rule.uid);
    if (same !== undefined && (same.provenance ?? '') !== provenance && (same.provenance ?? '') !== '') {
      return this.#mismatch(same, provenance);
    }
    const namesake = this.all().find(
      (other) =>
        other.title === rule.title &&
        other.folderUID === rule.folderUID &&
        other.uid !== rule.uid &&
        `${other.folderUID}/${other.ruleGroup}` !== group,
    );
    if (namesake === undefined) return undefined;
    return problem(
      409,
      `a conflicting alert rule is found: rule title under the same organisation and folder should be unique`,
      {
        messageId: 'alerting.alert-rule.conflict',
      },
    );
  }

  #stored(rule: AlertRule, provenance: string): AlertRule {
    const uid = rule.uid || `generated-${this.#lastId + 1}`;
    return {
      noDataState: 'NoData',
      execErrState: 'Error',
      for: '0s',
      isPaused: false,
      ...rule,
      uid,
      id: ++this.#lastId,
      provenance,
      updated: new Date().toISOString(),
    };
  }

  #place(rule: AlertRule): void {
    const key = `${rule.folderUID}/${rule.ruleGroup}`;
    const group = this.#groups.get(key) ?? {
      folderUid: rule.folderUID,
      title: rule.ruleGroup,
      interval: 60,
      rules: [],
    };
    this.#groups.set(key, { ...group, rules: [...group.rules, rule] });
  }

  #remove(rule: AlertRule): void {
    for (const [key, group] of this.#groups) {
      const rules = group.rules.filter(({ uid }) => uid !== rule.uid);
      if (rules.length === 0) this.#groups.delete(key);
      else this.#groups.set(key, { ...group, rules });
    }
  }
}
