import { useStore } from 'zustand';
import type { KeptModel, KeptModels } from '../../engine/model-protocol.ts';
import { bytesInWords } from '../../math/format-size.ts';
import { Button } from '../../views/controls/Button.tsx';
import { IconButton } from '../../views/controls/IconButton.tsx';
import { ageInWords } from './age-in-words.ts';
import type { ModelOpening } from './opening.ts';
import styles from './OpenModelDialog.module.css';

interface Props {
  readonly opening: ModelOpening;
}

/** What this browser keeps of models: to open again, or to make room. */
export function KeptModelsList({ opening }: Props) {
  const kept = useStore(opening.store, (state) => state.kept);
  return (
    <section aria-labelledby="kept-models" className={styles.kept}>
      <h3 id="kept-models">Models</h3>
      {kept && <p className={styles.note}>{totalInWords(kept)}</p>}
      {kept && kept.models.length > 0 && (
        <ul>
          {kept.models.map((model) => (
            <KeptModelRow key={model.identity} opening={opening} model={model} />
          ))}
        </ul>
      )}
    </section>
  );
}

function totalInWords({ models, usedBytes, quotaBytes }: KeptModels): string {
  const bytes = models.reduce((sum, model) => sum + model.bytes, 0);
  if (models.length === 0) return 'Nothing is kept in this browser: each model is fetched anew.';
  const count = `${models.length} ${models.length === 1 ? 'model' : 'models'}`;
  const room =
    usedBytes === null || quotaBytes === null
      ? ''
      : ` The browser lets this site keep ${bytesInWords(quotaBytes)}.`;
  return `${count} kept in this browser, ${bytesInWords(bytes)} in all.${room}`;
}

function KeptModelRow({ opening, model }: Props & { readonly model: KeptModel }) {
  const now = useStore(opening.store, (state) => state.keptAt);
  const { title, bytes, lastUsed, isEmbedded } = model;
  const details = [
    bytesInWords(bytes),
    lastUsed === null ? null : `used ${ageInWords(lastUsed, now)}`,
    isEmbedded ? 'comes with Heed' : null,
  ];
  return (
    <li>
      <span>
        <b>{title}</b>
        <small>{details.filter((detail) => detail !== null).join(' · ')}</small>
      </span>
      <Button aria-label={`Use ${title}`} onClick={() => void opening.openKept(model)}>
        Use
      </Button>
      <IconButton
        label={`Delete ${title}`}
        icon="trash"
        onClick={() => void opening.deleteKept(model)}
      />
    </li>
  );
}
