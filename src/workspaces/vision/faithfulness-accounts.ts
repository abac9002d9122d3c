/** What each figure means, for those who ask. */
export const faithfulnessAccounts = {
  deletionArea:
    'Area under the deletion curve (Petsiuk, Das, Saenko 2018). Small is good: the prediction falls as soon as the patches that the map points at are gone.',
  insertionArea:
    'Area under the insertion curve (Petsiuk, Das, Saenko 2018). Large is good: few patches bring the prediction back.',
  comprehensiveness:
    'How much probability is lost without the top 1, 5, 10, 20 and 50 % of the patches, on average (DeYoung et al. 2020). Large is good: what the map points at was needed.',
  sufficiency:
    'How much probability is lost with these patches alone, on average (DeYoung et al. 2020). Small is good: what the map points at is enough.',
  occlusionCorrelation:
    'Rank correlation (Kendall’s τ-b) between the map and the drop in probability when each patch is hidden by itself: 1 is the same order, 0 no agreement, −1 the reverse.',
  whole: 'The probability of the target class with every patch in place: where both curves end.',
} as const;
