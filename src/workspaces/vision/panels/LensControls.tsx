import type { LensDescription, LensParameter, LensValue } from '../../../engine/protocol.ts';
import { Select } from '../../../views/controls/Select.tsx';
import { Slider } from '../../../views/controls/Slider.tsx';
import { LensMenu } from '../../../views/lens-menu/LensMenu.tsx';
import { initialOptions } from '../matrix-cache.ts';
import type { PaneName } from '../state.ts';
import { useSession, useVision } from '../use-vision.ts';
import styles from './LensControls.module.css';

interface PaneProps {
  readonly pane: PaneName;
}

/** The names in the compare pane say so, since each name stands once on the page. */
export function controlName(pane: PaneName, name: string): string {
  return pane === 'main' ? name : `Compared ${name.toLowerCase()}`;
}

export function useLens(pane: PaneName): LensDescription | null {
  const id = useVision((state) => state[pane]?.view.lens);
  const lenses = useVision((state) => state.model?.lenses);
  return lenses?.find((lens) => lens.id === id) ?? null;
}

/** Which lens, and what it says of itself. */
export function LensChoice({ pane }: PaneProps) {
  const session = useSession();
  const lenses = useVision((state) => state.model?.lenses);
  const lens = useLens(pane);
  if (!lens || !lenses) return null;
  return (
    <LensMenu
      label={controlName(pane, 'Lens')}
      lenses={lenses}
      chosen={lens}
      onChange={(id) => session.view.setView({ lens: id }, pane)}
    />
  );
}

/** A control for each parameter that the lens names, fusion first. */
export function LensParameters({ pane }: PaneProps) {
  const session = useSession();
  const model = useVision((state) => state.model);
  const lens = useLens(pane);
  const chosen = useVision((state) => (lens ? state[pane]?.view.options[lens.id] : undefined));
  if (!lens || !model || lens.parameters.length === 0) return null;
  const values = { ...initialOptions(model, lens.id), ...chosen };
  const set = (key: string, value: LensValue): void =>
    session.view.setLensOption(lens.id, { [key]: value }, pane);
  return (
    <div className={styles.parameters}>
      {lens.parameters.map((parameter) => (
        <ParameterControl
          key={parameter.key}
          parameter={parameter}
          name={controlName(pane, parameter.label)}
          value={values[parameter.key] ?? parameter.initial}
          onChange={(value) => set(parameter.key, value)}
        />
      ))}
    </div>
  );
}

interface ParameterProps {
  readonly parameter: LensParameter;
  readonly name: string;
  readonly value: LensValue;
  readonly onChange: (value: LensValue) => void;
}

function ParameterControl({ parameter, name, value, onChange }: ParameterProps) {
  if (parameter.kind === 'choice')
    return (
      <Select label={name} value={String(value)} choices={parameter.choices} onChange={onChange} />
    );
  return (
    <Slider
      label={name}
      value={Number(value)}
      min={parameter.min}
      max={parameter.max}
      step={parameter.step}
      onChange={onChange}
      compact
    />
  );
}
