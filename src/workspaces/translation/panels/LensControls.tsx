import type { LensDescription, LensParameter, LensValue } from '../../../engine/protocol.ts';
import { Select } from '../../../views/controls/Select.tsx';
import { Slider } from '../../../views/controls/Slider.tsx';
import { LensMenu } from '../../../views/lens-menu/LensMenu.tsx';
import { MeasureProgress } from '../../../views/progress/MeasureProgress.tsx';
import { lensOptions } from '../lens-view.ts';
import { useSession, useTranslation } from '../use-translation.ts';
import styles from './LensControls.module.css';

function useLens(): LensDescription | null {
  const lenses = useTranslation((state) => state.main.info?.lenses);
  const id = useTranslation((state) => state.lens);
  return lenses?.find((lens) => lens.id === id) ?? null;
}

/** Which lens, and what it says of itself. */
export function LensChoice() {
  const session = useSession();
  const lenses = useTranslation((state) => state.main.info?.lenses);
  const lens = useLens();
  if (!lens || !lenses) return null;
  return (
    <LensMenu
      label="Lens"
      lenses={lenses}
      chosen={lens}
      onChange={(id) => session.view.setLens(id)}
    />
  );
}

/** A control for each parameter that the lens names. */
export function LensParameters() {
  const session = useSession();
  const lens = useLens();
  const chosen = useTranslation((state) => state.lensOptions);
  if (!lens || lens.parameters.length === 0) return null;
  const values = lensOptions({ lensOptions: chosen }, lens);
  return (
    <div className={styles.parameters}>
      {lens.parameters.map((parameter) => (
        <ParameterControl
          key={parameter.key}
          parameter={parameter}
          value={values[parameter.key] ?? parameter.initial}
          onChange={(value) => session.looking.setOption(parameter.key, value)}
        />
      ))}
    </div>
  );
}

interface ParameterProps {
  readonly parameter: LensParameter;
  readonly value: LensValue;
  readonly onChange: (value: LensValue) => void;
}

function ParameterControl({ parameter, value, onChange }: ParameterProps) {
  const { kind, label } = parameter;
  if (kind === 'choice')
    return (
      <Select label={label} value={String(value)} choices={parameter.choices} onChange={onChange} />
    );
  const { min, max, step } = parameter;
  return <Slider label={label} value={Number(value)} {...{ min, max, step, onChange }} compact />;
}

/** How far the lens's map is, and the way back to the weights. */
export function LensProgress() {
  const session = useSession();
  const title = useLens()?.title;
  const progress = useTranslation((state) =>
    state.activity.kind === 'looking' ? state.activity.progress : null,
  );
  if (!progress || title === undefined) return null;
  return (
    <MeasureProgress
      words={`Computing ${title.toLowerCase()}`}
      {...progress}
      onCancel={() => session.looking.cancel()}
    />
  );
}
