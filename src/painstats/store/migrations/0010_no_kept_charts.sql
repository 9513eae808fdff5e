-- Charts are cheap to draw and are no longer kept: what was kept of participants is removed.
DROP TABLE IF EXISTS kept_figures;
