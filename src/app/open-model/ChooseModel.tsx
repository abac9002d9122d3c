import { useStore } from 'zustand';
import { Button } from '../../views/controls/Button.tsx';
import { Disclosure } from '../../views/controls/Disclosure.tsx';
import { givenFiles } from './given-files.ts';
import { knownModels } from './known-models.ts';
import type { ModelOpening } from './opening.ts';
import styles from './OpenModelDialog.module.css';

interface Props {
  readonly opening: ModelOpening;
}

/** Which model: by its id or address, or from files. */
export function ChooseModel({ opening }: Props) {
  const text = useStore(opening.store, (state) => state.text);
  const needsToken = useStore(opening.store, (state) => state.needsToken);
  const isBlank = text.trim() === '';
  return (
    <form
      className={styles.form}
      // The engine says what is wrong with what was typed, in words.
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (!isBlank) void opening.openText(true);
      }}
    >
      <label className={styles.field}>
        Model id
        <input
          type="text"
          data-first=""
          inputMode="url"
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          placeholder="org/name"
          aria-describedby="open-model-hint"
          value={text}
          // What was opened last is replaced by what is typed.
          onFocus={(event) => event.currentTarget.select()}
          onChange={(event) => opening.setText(event.currentTarget.value)}
        />
      </label>
      <p id="open-model-hint" className={styles.note}>
        <code>org/name</code> or <code>org/name@revision</code> on the Hub, or the address of a
        model’s folder on any server.
      </p>
      <KnownModels opening={opening} />
      {/* Drawn anew when the Hub asks who one is. */}
      <Disclosure key={String(needsToken)} label="Hub and access token" initiallyOpen={needsToken}>
        <HubSettings opening={opening} />
      </Disclosure>
      <Files opening={opening} />
      <div className={styles.buttons}>
        <Button
          disabled={isBlank}
          title="Shows what the model is and fetches no weights"
          onClick={() => void opening.openText(false)}
        >
          Look first
        </Button>
        <span className={styles.space} />
        <Button onClick={() => opening.close()}>Cancel</Button>
        <Button look="primary" type="submit" disabled={isBlank}>
          Load
        </Button>
      </div>
    </form>
  );
}

function KnownModels({ opening }: Props) {
  return (
    <div className={styles.known}>
      <p className={styles.note}>These should work:</p>
      <ul>
        {knownModels.map(({ id, what }) => (
          <li key={id}>
            <button type="button" title={what} onClick={() => opening.setText(id)}>
              {id}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

function HubSettings({ opening }: Props) {
  const hub = useStore(opening.store, (state) => state.hub);
  const token = useStore(opening.store, (state) => state.token);
  return (
    <div className={styles.form}>
      <label className={styles.field}>
        Hub address
        <input
          type="text"
          inputMode="url"
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          value={hub}
          onChange={(event) => opening.setHub(event.currentTarget.value)}
        />
      </label>
      <label className={styles.field}>
        Access token
        <input
          type="password"
          autoComplete="off"
          aria-describedby="open-model-token"
          value={token}
          onChange={(event) => opening.setToken(event.currentTarget.value)}
        />
      </label>
      <p id="open-model-token" className={styles.note}>
        For gated and private models. It is sent to {hub || 'the Hub'} alone, kept in memory until
        this page is closed, and stands in no link.
      </p>
    </div>
  );
}

/** Lets an input take a whole folder: React knows no attribute for it. */
function chooseFolders(input: HTMLInputElement | null): void {
  if (input) input.webkitdirectory = true;
}

/** A folder, or the files themselves. Nothing is uploaded. */
function Files({ opening }: Props) {
  const take = (input: HTMLInputElement): void => {
    const files = givenFiles(input.files ?? []);
    // So that choosing the same folder again is a change.
    input.value = '';
    if (files.length > 0) void opening.openFiles(async () => files);
  };
  return (
    <div className={styles.files}>
      <label className={styles.chooser}>
        Open a folder
        <input
          type="file"
          aria-label="Model folder"
          className="visually-hidden"
          multiple
          ref={chooseFolders}
          onChange={(event) => take(event.currentTarget)}
        />
      </label>
      <label className={styles.chooser}>
        Open files
        <input
          type="file"
          aria-label="Model files"
          className="visually-hidden"
          multiple
          onChange={(event) => take(event.currentTarget)}
        />
      </label>
      <p className={styles.note}>
        Or drop a folder anywhere: <code>config.json</code>, weights, and a tokenizer. They are read
        where they lie.
      </p>
    </div>
  );
}
