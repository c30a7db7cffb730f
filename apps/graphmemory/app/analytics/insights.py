"""What the graph tells: which entities matter, which belong together, which memories are alike."""

import numpy as np
import pandas as pd
from sklearn.cluster import SpectralClustering
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.neighbors import NearestNeighbors

# Clusters are computed from a matrix of all pairs.
LARGEST = 500


def page_rank(names: pd.Series, relations: pd.DataFrame, damping: float = 0.85) -> pd.Series:
    """How likely somebody is at an entity who follows relations at random; all add up to 1."""
    size = len(names)
    if size == 0:
        return pd.Series(dtype=float)
    places = pd.Series(np.arange(size), index=names)
    sources, targets = places[relations["source"]].to_numpy(), places[relations["target"]].to_numpy()
    leaving = np.bincount(sources, minlength=size)
    ranks = np.full(size, 1 / size)
    for _ in range(100):
        # Who is at an entity without relations goes on anywhere.
        stuck = ranks[leaving == 0].sum() / size
        flowing = np.bincount(targets, weights=ranks[sources] / leaving[sources], minlength=size)
        following = (1 - damping) / size + damping * (flowing + stuck)
        if np.abs(following - ranks).sum() < 1e-9:
            break
        ranks = following
    return pd.Series(following, index=names)


def clusters(names: pd.Series, relations: pd.DataFrame) -> pd.Series:
    """The number of a cluster for each entity, by who is related to whom."""
    size = len(names)
    count = int(np.sqrt(size / 2)) + 1
    if size < 4 or count < 2:
        return pd.Series(0, index=names)
    places = pd.Series(np.arange(size), index=names)
    # A little of everything, as parts without any relation between them have no order.
    affinity = np.full((size, size), 1e-3)
    known = relations[relations["source"].isin(names) & relations["target"].isin(names)]
    np.add.at(affinity, (places[known["source"]].to_numpy(), places[known["target"]].to_numpy()), 1.0)
    labels = SpectralClustering(count, affinity="precomputed", assign_labels="cluster_qr", random_state=0).fit_predict(affinity + affinity.T)
    return pd.Series(labels, index=names)


def insights(entities: pd.DataFrame, relations: pd.DataFrame) -> pd.DataFrame:
    """The entities that matter most, in order, each with its rank and cluster."""
    ranked = entities.assign(rank=page_rank(entities["name"], relations).to_numpy()).nlargest(LARGEST, "rank")
    return ranked.assign(cluster=clusters(ranked["name"], relations).to_numpy())


class Neighbours:
    """Memories by the words that they share."""

    def __init__(self, memories: pd.DataFrame) -> None:
        self.memories = memories
        self.words = TfidfVectorizer(sublinear_tf=True)
        self.index = NearestNeighbors(metric="cosine").fit(self.words.fit_transform(memories["text"]))

    def nearest(self, text: str, limit: int) -> pd.DataFrame:
        distances, rows = self.index.kneighbors(self.words.transform([text]), n_neighbors=min(limit, len(self.memories)))
        return self.memories.iloc[rows[0]].assign(likeness=1 - distances[0])
