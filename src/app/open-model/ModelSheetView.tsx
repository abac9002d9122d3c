import { useStore } from 'zustand';
import type { ModelSheet, ModelSource } from '../../engine/model-protocol.ts';
import { classNames } from '../../views/controls/class-names.ts';
import { SegmentedControl } from '../../views/controls/SegmentedControl.tsx';
import type { ModelOpening } from './opening.ts';
import styles from './OpenModelDialog.module.css';
import { precisionChoices, sheetRows, warningOf } from './sheet-in-words.ts';

interface Props {
  readonly opening: ModelOpening;
  readonly source: ModelSource;
  readonly sheet: ModelSheet;
  /** Whether the person can still choose how it is loaded. */
  readonly isChoice: boolean;
}

/** What a model is, before its weights are fetched; or why it cannot be run. */
export function ModelSheetView({ opening, source, sheet, isChoice }: Props) {
  const precision = useStore(opening.store, (state) => state.precision);
  const { unsupported, title } = sheet;
  const warning = unsupported ? null : warningOf(sheet, precision);
  return (
    <section aria-labelledby="open-model-sheet" className={styles.sheet}>
      <h3 id="open-model-sheet">{title}</h3>
      {unsupported && (
        <div role="alert" className={styles.alert}>
          <p>{unsupported.message}</p>
          {unsupported.field !== null && !unsupported.message.includes(unsupported.field) && (
            <p>
              <code>{unsupported.field}</code>
            </p>
          )}
        </div>
      )}
      <dl>
        {sheetRows(sheet, source, precision).map(({ name, value, isWarning }) => (
          <div key={name} className={classNames(isWarning && styles.warned)}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {warning !== null && <p className={styles.warning}>{warning}</p>}
      {isChoice && !unsupported && <PrecisionControl opening={opening} />}
    </section>
  );
}

function PrecisionControl({ opening }: Pick<Props, 'opening'>) {
  const precision = useStore(opening.store, (state) => state.precision);
  const chosen = precisionChoices.find(({ value }) => value === precision);
  return (
    <>
      <SegmentedControl
        label="Weights on the device"
        labelPlace="before"
        value={precision}
        choices={precisionChoices}
        onChange={(value) => opening.setPrecision(value)}
      />
      <p className={styles.note}>{chosen?.account}</p>
    </>
  );
}
