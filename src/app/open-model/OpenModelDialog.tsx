import { type KeyboardEvent, type RefObject, useEffect, useRef } from 'react';
import { useStore } from 'zustand';
import { Button } from '../../views/controls/Button.tsx';
import { ChooseModel } from './ChooseModel.tsx';
import { KeptModelsList } from './KeptModelsList.tsx';
import { LoadingProgress } from './LoadingProgress.tsx';
import { ModelSheetView } from './ModelSheetView.tsx';
import type { ModelOpening } from './opening.ts';
import styles from './OpenModelDialog.module.css';

interface Props {
  readonly opening: ModelOpening;
  /** Where the focus goes when the dialog is closed. */
  readonly returnFocusTo: string;
}

/**
 * Which model to open, what it is, and how far it is. It stands beside the page, which stays usable
 * with the model before.
 */
export function OpenModelDialog({ opening, returnFocusTo }: Props) {
  const kind = useStore(opening.store, ({ stage }) => stage.kind);
  const alert = useStore(opening.store, (state) => state.alert);
  const dialog = useRef<HTMLDialogElement>(null);

  useEffect(() => {
    const element = dialog.current;
    element?.show();
    return () => {
      const hadFocus = element?.contains(document.activeElement) === true;
      element?.close();
      if (hadFocus || document.activeElement === document.body)
        document.getElementById(returnFocusTo)?.focus();
    };
  }, [returnFocusTo]);

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || event.defaultPrevented) return;
    event.stopPropagation();
    opening.close();
  };

  return (
    <dialog
      ref={dialog}
      className={styles.dialog}
      aria-labelledby="open-model-title"
      data-stage={kind}
      onKeyDown={onKeyDown}
      onCancel={(event) => {
        event.preventDefault();
        opening.close();
      }}
    >
      <h2 id="open-model-title">Open model</h2>
      <FocusFirst key={kind} dialog={dialog} />
      {alert !== null && (
        <p role="alert" className={styles.alert}>
          {alert}
        </p>
      )}
      {kind === 'choosing' ? (
        <>
          <ChooseModel opening={opening} />
          <KeptModelsList opening={opening} />
        </>
      ) : (
        <OneModel opening={opening} />
      )}
    </dialog>
  );
}

/** Takes the focus up where it was lost: the button that was pressed went with its stage. */
function FocusFirst({ dialog }: { readonly dialog: RefObject<HTMLDialogElement | null> }) {
  useEffect(() => {
    if (document.activeElement === document.body)
      dialog.current?.querySelector<HTMLElement>('[data-first]')?.focus();
  }, [dialog]);
  return null;
}

/** The model that was chosen: its sheet, and how far it is. */
function OneModel({ opening }: Pick<Props, 'opening'>) {
  const stage = useStore(opening.store, (state) => state.stage);
  if (stage.kind === 'choosing') return null;
  if (stage.kind === 'inspecting')
    return (
      <>
        <p className={styles.note}>Reading what {stage.title} is…</p>
        <div className={styles.buttons}>
          <Button data-first="" onClick={() => opening.close()}>
            Cancel
          </Button>
        </div>
      </>
    );
  const { source, sheet } = stage;
  return (
    <>
      <ModelSheetView
        opening={opening}
        source={source}
        sheet={sheet}
        isChoice={stage.kind === 'asking'}
      />
      {stage.kind === 'loading' && <LoadingProgress progress={stage.progress} />}
      {stage.kind === 'showing' && <p className={styles.note}>Loaded. Running it…</p>}
      {stage.kind !== 'showing' && (
        <div className={styles.buttons}>
          {stage.kind === 'asking' && (
            <Button look="text" onClick={() => opening.chooseAnother()}>
              Choose another
            </Button>
          )}
          <span className={styles.space} />
          <Button
            data-first={stage.kind === 'loading' || sheet.unsupported ? '' : undefined}
            onClick={() => opening.close()}
          >
            Cancel
          </Button>
          {stage.kind === 'asking' && !sheet.unsupported && (
            <Button data-first="" look="primary" onClick={() => void opening.confirm()}>
              Load
            </Button>
          )}
        </div>
      )}
    </>
  );
}
