import { useEffect, useRef, useState } from 'react';
import { Button } from '../../../views/controls/Button.tsx';
import { useSession } from '../use-vision.ts';
import { Dialog } from './Dialog.tsx';
import styles from './Dialog.module.css';

function cameraSentence(error: unknown): string {
  const name = error instanceof DOMException ? error.name : '';
  if (name === 'NotAllowedError')
    return 'The camera was refused; allow it for this page, or upload a picture.';
  if (name === 'NotFoundError') return 'This machine has no camera; upload a picture.';
  return 'The camera can’t be opened; another program may be using it.';
}

async function frameOf(video: HTMLVideoElement): Promise<Blob | null> {
  const canvas = document.createElement('canvas');
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  canvas.getContext('2d')?.drawImage(video, 0, 0);
  return new Promise((resolve) => canvas.toBlob(resolve, 'image/png'));
}

/** Shows the camera and takes one frame. A refusal closes it and becomes the alert. */
export function CameraDialog({ onClose }: { readonly onClose: () => void }) {
  const session = useSession();
  const video = useRef<HTMLVideoElement>(null);
  const [live, setLive] = useState(false);

  useEffect(() => {
    let stream: MediaStream | null = null;
    let closed = false;
    const stop = (): void => stream?.getTracks().forEach((track) => track.stop());
    const open = async (): Promise<void> => {
      // Absent without a secure context.
      const devices: MediaDevices | undefined = navigator.mediaDevices;
      if (!devices) throw new DOMException('no camera interface', 'NotFoundError');
      stream = await devices.getUserMedia({ video: { facingMode: 'environment' } });
      if (closed || !video.current) {
        stop();
        return;
      }
      video.current.srcObject = stream;
      await video.current.play();
      setLive(true);
    };
    open().catch((error: unknown) => {
      if (closed) return;
      session.fail(cameraSentence(error));
      onClose();
    });
    return () => {
      closed = true;
      stop();
    };
  }, [session, onClose]);

  const take = async (): Promise<void> => {
    const blob = video.current && (await frameOf(video.current));
    onClose();
    if (blob) await session.pictures.open({ kind: 'blob', blob, name: 'Camera' });
    else session.fail('The camera gave no picture; try once more.');
  };

  return (
    <Dialog title="Take a picture" onClose={onClose}>
      <video ref={video} muted playsInline aria-label="Camera" />
      <p>{live ? 'The picture stays on this machine.' : 'Waiting for the camera…'}</p>
      <div className={styles.buttons}>
        <Button onClick={onClose}>Cancel</Button>
        <Button look="primary" disabled={!live} onClick={() => void take()}>
          Take picture
        </Button>
      </div>
    </Dialog>
  );
}
