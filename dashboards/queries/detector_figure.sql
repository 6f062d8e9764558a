-- What was measured of the error of detectors.
-- Grain: one row a detector, signal, data set, language, operating point and measure.
-- Missing: a signal that was not measured has no row.

select
    detector_figure.detector_id,
    detector_figure.signal_id,
    detector_figure.dataset,
    detector_figure.language,
    detector_figure.operating_point,
    detector_figure.measure,
    detector_figure.value,
    detector_figure.ci_low,
    detector_figure.ci_high,
    detector_figure.n,
    detector_figure.positive_count,
    detector_figure.label_source
from published.detector_figure
order by
    detector_figure.detector_id,
    detector_figure.signal_id,
    detector_figure.dataset,
    detector_figure.language,
    detector_figure.operating_point,
    detector_figure.measure
