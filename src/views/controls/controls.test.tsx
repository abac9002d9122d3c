// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Disclosure } from './Disclosure.tsx';
import { Icon, iconNames } from './Icon.tsx';
import { IconButton } from './IconButton.tsx';
import { Menu } from './Menu.tsx';
import { Popover } from './Popover.tsx';
import { SegmentedControl } from './SegmentedControl.tsx';
import { Select } from './Select.tsx';
import { Slider } from './Slider.tsx';
import { Switch } from './Switch.tsx';

afterEach(cleanup);

const lenses = [
  { value: 'raw', label: 'Raw attention' },
  { value: 'rollout', label: 'Rollout' },
] as const;

describe('Slider', () => {
  it('is named by its label and reports numbers', () => {
    const onChange = vi.fn<(value: number) => void>();
    render(<Slider label="Layer" value={4} min={1} max={6} onChange={onChange} />);
    const slider = screen.getByRole('slider', { name: 'Layer' });
    fireEvent.change(slider, { target: { value: '5' } });
    expect(onChange).toHaveBeenCalledExactlyOnceWith(5);
  });

  it('says its value in words', () => {
    render(
      <Slider
        label="Opacity"
        value={0.6}
        min={0}
        max={1}
        step={0.01}
        format={(value) => `${Math.round(value * 100)} %`}
        onChange={() => {}}
      />,
    );
    expect(screen.getByRole('slider').getAttribute('aria-valuetext')).toBe('60 %');
    expect(screen.getByText('60 %')).toBeTruthy();
    expect(screen.queryByRole('status')).toBeNull();
  });
});

describe('SegmentedControl', () => {
  it('is a radio group', async () => {
    const onChange = vi.fn<(value: string) => void>();
    render(<SegmentedControl label="Lens" value="raw" choices={lenses} onChange={onChange} />);
    expect(screen.getByRole('radiogroup', { name: 'Lens' })).toBeTruthy();
    expect(screen.getByRole<HTMLInputElement>('radio', { name: 'Raw attention' }).checked).toBe(
      true,
    );
    await userEvent.click(screen.getByRole('radio', { name: 'Rollout' }));
    expect(onChange).toHaveBeenCalledExactlyOnceWith('rollout');
  });
});

describe('Select', () => {
  it.each(['before', 'above', 'unseen'] as const)('is named with its label %s', async (place) => {
    const onChange = vi.fn<(value: string) => void>();
    render(
      <Select label="Lens" labelPlace={place} value="raw" choices={lenses} onChange={onChange} />,
    );
    await userEvent.selectOptions(screen.getByRole('combobox', { name: 'Lens' }), 'rollout');
    expect(onChange).toHaveBeenCalledExactlyOnceWith('rollout');
  });
});

describe('Switch', () => {
  it('turns over', async () => {
    const onChange = vi.fn<(checked: boolean) => void>();
    render(<Switch label="Smooth" checked onChange={onChange} />);
    await userEvent.click(screen.getByRole('switch', { name: 'Smooth', checked: true }));
    expect(onChange).toHaveBeenCalledExactlyOnceWith(false);
  });
});

describe('IconButton', () => {
  it('is named, and a toggle only where it is pressed or not', () => {
    render(
      <>
        <IconButton label="Download" icon="download" />
        <IconButton label="Compare" icon="compare" pressed={false} />
      </>,
    );
    expect(screen.getByRole('button', { name: 'Download' }).hasAttribute('aria-pressed')).toBe(
      false,
    );
    expect(screen.getByRole('button', { name: 'Compare', pressed: false })).toBeTruthy();
  });
});

it('every icon has something to draw', () => {
  for (const name of iconNames) {
    const { container } = render(<Icon name={name} />);
    expect(container.querySelector('path')?.getAttribute('d')?.length).toBeGreaterThan(4);
    cleanup();
  }
});

describe('Popover', () => {
  it('opens on its button; Escape closes it, goes no further and gives the focus back', async () => {
    const onEscape = vi.fn<() => void>();
    document.addEventListener('keydown', onEscape);
    render(
      <Popover label="Formula and limits">
        <p>softmax(QKᵀ/√d)</p>
        <a href="https://example.org">source</a>
      </Popover>,
    );
    const button = screen.getByRole('button', { name: 'Formula and limits' });
    expect(screen.queryByText(/softmax/)).toBeNull();
    await userEvent.click(button);
    expect(screen.getByText(/softmax/)).toBeTruthy();
    screen.getByRole('link').focus();
    await userEvent.keyboard('{Escape}');
    expect(screen.queryByText(/softmax/)).toBeNull();
    expect(document.activeElement).toBe(button);
    expect(onEscape).not.toHaveBeenCalled();
    document.removeEventListener('keydown', onEscape);
  });

  it('closes on a press elsewhere', async () => {
    render(
      <>
        <Popover label="More">inside</Popover>
        <p>elsewhere</p>
      </>,
    );
    await userEvent.click(screen.getByRole('button'));
    await userEvent.click(screen.getByText('inside'));
    expect(screen.queryByText('inside')).toBeTruthy();
    await userEvent.click(screen.getByText('elsewhere'));
    expect(screen.queryByText('inside')).toBeNull();
  });
});

describe('Disclosure', () => {
  it('shows and hides its content', async () => {
    render(<Disclosure label="Limits">Attention is not an explanation.</Disclosure>);
    const button = screen.getByRole('button', { name: 'Limits', expanded: false });
    await userEvent.click(button);
    expect(screen.getByRole('button', { expanded: true })).toBe(button);
    expect(screen.getByText(/explanation/).hidden).toBe(false);
  });
});

describe('Menu', () => {
  it('is walked by arrow keys, which do not reach the page', async () => {
    const onPageKey = vi.fn<() => void>();
    const onSelect = vi.fn<() => void>();
    render(
      // The page's own keyboard handler.
      // oxlint-disable-next-line jsx-a11y/no-static-element-interactions
      <div onKeyDown={onPageKey}>
        <Menu
          label="Export"
          icon="download"
          items={[
            { label: 'PNG', detail: 'picture', onSelect: () => {} },
            { label: 'SVG', onSelect },
            { label: 'JSON', onSelect: () => {}, disabled: true },
          ]}
        />
      </div>,
    );
    await userEvent.click(screen.getByRole('button', { name: 'Export' }));
    expect(document.activeElement?.textContent).toContain('PNG');
    await userEvent.keyboard('{ArrowDown}');
    expect(document.activeElement?.textContent).toBe('SVG');
    await userEvent.keyboard('{ArrowDown}');
    expect(document.activeElement?.textContent).toContain('PNG');
    await userEvent.keyboard('{End}');
    expect(onPageKey).not.toHaveBeenCalled();
    await userEvent.keyboard('{Enter}');
    expect(onSelect).toHaveBeenCalledOnce();
    expect(screen.queryByRole('menu')).toBeNull();
  });
});
