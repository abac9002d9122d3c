import type { ComponentProps, ReactNode } from 'react';
import { classNames } from '../controls/class-names.ts';
import { customProperties } from '../controls/custom-properties.ts';
import type { ScrollView } from './use-scroll-view.ts';
import styles from './ScrolledSurface.module.css';

export interface ScrolledSurfaceProps extends ComponentProps<'div'> {
  /** Of the whole content, in CSS pixels. */
  readonly contentWidth: number;
  readonly contentHeight: number;
  readonly view: ScrollView;
}

/**
 * A scrolled element whose canvases are as large as what is seen of the content, however large the
 * content is: they stay in place, and are drawn anew for another view. The greatest height is the
 * custom property `--surface-max-height`.
 */
export function ScrolledSurface({
  contentWidth,
  contentHeight,
  view,
  className,
  children,
  ...rest
}: ScrolledSurfaceProps): ReactNode {
  return (
    <div className={classNames(styles.scroller, className)} {...rest}>
      <div
        className={styles.content}
        style={customProperties({
          '--content-width': `${contentWidth}px`,
          '--content-height': `${contentHeight}px`,
          '--view-width': `${Math.min(view.width, contentWidth)}px`,
          '--view-height': `${Math.min(view.height, contentHeight)}px`,
        })}
      >
        <div className={styles.seen}>{children}</div>
      </div>
    </div>
  );
}
