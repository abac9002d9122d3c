import { useState } from 'react';
import { Button } from '../../../views/controls/Button.tsx';
import { useSession } from '../use-vision.ts';
import { Dialog } from './Dialog.tsx';
import styles from './Dialog.module.css';

/** Asks for the address of a picture. */
export function AddressDialog({ onClose }: { readonly onClose: () => void }) {
  const session = useSession();
  const [address, setAddress] = useState('');
  return (
    <Dialog title="Open an address" onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onClose();
          void session.pictures.open({ kind: 'address', address });
        }}
      >
        <label>
          Image address
          <input
            type="text"
            inputMode="url"
            autoComplete="off"
            spellCheck={false}
            placeholder="https://"
            value={address}
            onChange={(event) => setAddress(event.currentTarget.value)}
          />
        </label>
        <p>Heed fetches it from here, without cookies. Some sites let no other page read theirs.</p>
        <div className={styles.buttons}>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" disabled={address.trim() === ''}>
            Open
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
