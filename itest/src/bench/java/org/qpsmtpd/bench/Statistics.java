package org.qpsmtpd.bench;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** Medians. */
final class Statistics {
    private Statistics() {}

    /** The median of one figure of all elements; NaN without any. */
    static <T> double median(List<T> elements, ToDoubleFunction<T> figure) {
        return median(
                elements.stream()
                        .mapToDouble(figure)
                        .filter(value -> !Double.isNaN(value))
                        .toArray());
    }

    static double median(double[] values) {
        if (values.length == 0) {
            return Double.NaN;
        }
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
