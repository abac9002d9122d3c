// Every scenario, in order. A new one is a file and a line here.
import { drop } from './drop.mjs';
import { dropLarge } from './drop-large.mjs';
import { hover } from './hover.mjs';
import { select } from './select.mjs';
import { translateGreedily } from './translate.mjs';
import { visitTwice } from './visit.mjs';
import { whatIf } from './what-if.mjs';

/** @type {readonly import('../scenario.mjs').Scenario[]} */
export const scenarios = [visitTwice, drop, dropLarge, select, whatIf, translateGreedily, hover];

/** What the short form measures. @type {ReadonlySet<import('../scenario.mjs').Scenario>} */
export const shortScenarios = new Set([drop]);
