/** Of a classic dashboard, what is drawn here. */
export interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly Target[];
  readonly transformations?: readonly { readonly id: string; readonly options: object }[];
  readonly fieldConfig?: object;
  readonly options?: Readonly<Record<string, unknown>>;
  readonly panels?: readonly Panel[];
}

export interface Target {
  readonly refId: string;
  readonly datasource?: { readonly type?: string; readonly uid?: string };
  readonly expr?: string;
  readonly format?: string;
  readonly instant?: boolean;
  readonly range?: boolean;
  readonly legendFormat?: string;
}

export interface Variable {
  readonly name: string;
  readonly label?: string;
  readonly type: 'datasource' | 'query' | 'custom' | 'textbox' | 'constant';
  readonly query: string | { readonly query: string };
  readonly hide?: number;
  readonly includeAll?: boolean;
  readonly allValue?: string;
}

export interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly Variable[] };
}

/** A row and the panels below it, whether the row is open or not. */
export interface Section {
  readonly title: string;
  readonly panels: readonly Panel[];
}

export function sectionsOf({ panels }: Dashboard): readonly Section[] {
  const sections: { title: string; panels: Panel[] }[] = [];
  for (const panel of panels) {
    if (panel.type === 'row') sections.push({ title: panel.title, panels: [...(panel.panels ?? [])] });
    else {
      if (sections.length === 0) sections.push({ title: '', panels: [] });
      sections.at(-1)!.panels.push(panel);
    }
  }
  return sections;
}
