import { Popover } from '../controls/Popover.tsx';
import { Select } from '../controls/Select.tsx';
import styles from './LensMenu.module.css';

/** What the menu tells of a lens. */
export interface MenuLens<Id extends string = string> {
  readonly id: Id;
  readonly title: string;
  readonly question: string;
  readonly formula: string;
  readonly limits: string;
  readonly source: { readonly title: string; readonly url: string };
  /** Why this model can't have it, or null. */
  readonly unavailable: string | null;
}

export interface LensMenuProps<Id extends string> {
  readonly label: string;
  readonly lenses: readonly MenuLens<Id>[];
  readonly chosen: MenuLens<Id>;
  readonly onChange: (id: Id) => void;
}

/** Which lens, and what it says of itself. */
export function LensMenu<Id extends string>({
  label,
  lenses,
  chosen,
  onChange,
}: LensMenuProps<Id>) {
  return (
    <>
      <Select
        label={label}
        labelPlace="unseen"
        value={chosen.id}
        choices={lenses.map(({ id, title, unavailable }) => ({
          value: id,
          label: title,
          disabled: unavailable !== null,
          title: unavailable ?? undefined,
        }))}
        onChange={onChange}
      />
      <Popover label="Formula and limits" look="text">
        <LensAccount lens={chosen} />
        <Unavailable lenses={lenses} />
      </Popover>
    </>
  );
}

function LensAccount({ lens }: { readonly lens: MenuLens }) {
  return (
    <div className={styles.account}>
      <p>{lens.question}</p>
      <p className={styles.formula}>{lens.formula}</p>
      <p>{lens.limits}</p>
      <p>
        Source:{' '}
        <a href={lens.source.url} target="_blank" rel="noreferrer">
          {lens.source.title}
        </a>
      </p>
    </div>
  );
}

/** Lenses that this model can't have, and why. */
function Unavailable({ lenses }: { readonly lenses: readonly MenuLens[] }) {
  const missing = lenses.filter(({ unavailable }) => unavailable !== null);
  if (missing.length === 0) return null;
  return (
    <div className={styles.account}>
      <h3>Not for this model</h3>
      {missing.map(({ id, title, unavailable }) => (
        <p key={id}>
          {title}: {unavailable}
        </p>
      ))}
    </div>
  );
}
