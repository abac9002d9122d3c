import { jsonBlob, npyBlob } from './array-files.ts';
import { csvBlob, type CsvValue } from './csv.ts';
import { figurePng, figureSvg } from './figure-files.ts';
import type { Figure } from './figure.ts';
import type { JsonValue } from './json.ts';
import { saverOf } from './save-item.ts';

/** A view's data as a file. */
export interface ExportArray {
  readonly values: Float32Array;
  readonly shape: readonly number[];
}

/** What can be taken from a view. Everything is made when it is asked for. */
export interface Exportable {
  /** Parts of the file name: model, picture, view, layer, head. */
  readonly nameParts: readonly string[];
  readonly figure: () => Figure;
  /** The figure with what is compared beside it; absent where nothing is. */
  readonly bothSides?: (() => Figure) | undefined;
  readonly array?: () => ExportArray;
  readonly csv?: () => { readonly header: readonly string[]; readonly rows: readonly CsvValue[][] };
  readonly json?: () => JsonValue;
  /** What the JSON holds, for the menu. */
  readonly jsonLabel?: string;
  readonly onFailure: (error: unknown) => void;
}

/** A menu's command. */
export interface ExportItem {
  readonly label: string;
  readonly detail: string;
  readonly onSelect: () => void;
}

/** Commands that save a view as PNG, SVG, `.npy` and JSON, for a menu. */
export function exportItems({
  nameParts,
  figure,
  bothSides,
  array,
  csv,
  json,
  jsonLabel = 'Map and weights',
  onFailure,
}: Exportable): ExportItem[] {
  const save = saverOf(nameParts, onFailure);
  const items: ExportItem[] = [
    { label: 'Picture', detail: 'PNG', onSelect: save('png', () => figurePng(figure())) },
    { label: 'Figure', detail: 'SVG', onSelect: save('svg', () => figureSvg(figure())) },
  ];
  if (bothSides) {
    const saveBoth = saverOf([...nameParts, 'compared'], onFailure);
    items.push(
      {
        label: 'Both sides',
        detail: 'PNG',
        onSelect: saveBoth('png', () => figurePng(bothSides())),
      },
      {
        label: 'Both sides',
        detail: 'SVG',
        onSelect: saveBoth('svg', () => figureSvg(bothSides())),
      },
    );
  }
  if (array) {
    const makeNpy = () => {
      const { values, shape } = array();
      return npyBlob(values, shape);
    };
    items.push({ label: 'Weights', detail: 'NumPy .npy', onSelect: save('npy', makeNpy) });
  }
  if (csv) {
    const makeCsv = () => {
      const { header, rows } = csv();
      return csvBlob(header, rows);
    };
    items.push({ label: 'Table', detail: 'CSV', onSelect: save('csv', makeCsv) });
  }
  if (json)
    items.push({
      label: jsonLabel,
      detail: 'JSON',
      onSelect: save('json', () => jsonBlob(json())),
    });
  return items;
}
