import { formatPoints, formatValue } from '../../../math/format-number.ts';
import { Button } from '../../../views/controls/Button.tsx';
import { measuredIndex, randomMean, verdictOf } from '../faithfulness-of.ts';
import type { MeasuredMaps } from '../state.ts';
import { useSession, useVision } from '../use-vision.ts';
import styles from './FaithfulnessPanel.module.css';

/** Every measured lens on the same picture; a lens's name puts it in view. */
export function FaithfulnessTable({ measured }: { readonly measured: MeasuredMaps }) {
  const session = useSession();
  const lenses = useVision((state) => state.model?.lenses);
  const { maps, random } = measured.result;
  const inView = useVision((state) => measuredIndex(measured, state));
  const mean = (of: Parameters<typeof randomMean>[1], format: (value: number) => string) => {
    const value = randomMean(random, of);
    return value === null ? '' : format(value);
  };
  return (
    <div className={styles.scroller}>
      <table className={styles.table}>
        <caption>Every lens on this picture. Bold areas are better than random orders.</caption>
        <thead>
          <tr>
            <th scope="col">Lens</th>
            <th scope="col">Deletion</th>
            <th scope="col">Insertion</th>
            <th scope="col">Compr.</th>
            <th scope="col">Suff.</th>
            <th scope="col">τ</th>
          </tr>
        </thead>
        <tbody>
          {maps.map((map, index) => {
            const lens = measured.views[index]?.view;
            if (!lens) return null;
            const { byDeletion, byInsertion } = verdictOf(map, random);
            return (
              <tr key={lens.lens} data-in-view={index === inView}>
                <th scope="row">
                  <Button look="text" onClick={() => session.view.setView(lens)}>
                    {lenses?.find(({ id }) => id === lens.lens)?.title ?? lens.lens}
                  </Button>
                </th>
                <td className={byDeletion ? styles.better : undefined}>
                  {formatValue(map.deletionArea)}
                </td>
                <td className={byInsertion ? styles.better : undefined}>
                  {formatValue(map.insertionArea)}
                </td>
                <td>{formatPoints(map.comprehensiveness)}</td>
                <td>{formatPoints(map.sufficiency)}</td>
                <td>
                  {map.occlusionCorrelation === null
                    ? '–'
                    : formatValue(map.occlusionCorrelation, 2)}
                </td>
              </tr>
            );
          })}
          <tr className={styles.random}>
            <th scope="row">Random orders, mean</th>
            <td>{mean((order) => order.deletionArea, formatValue)}</td>
            <td>{mean((order) => order.insertionArea, formatValue)}</td>
            <td>{mean((order) => order.comprehensiveness, formatPoints)}</td>
            <td>{mean((order) => order.sufficiency, formatPoints)}</td>
            <td>–</td>
          </tr>
        </tbody>
      </table>
    </div>
  );
}
