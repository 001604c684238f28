package org.qpsmtpd.core.gate;

import java.util.List;

/**
 * What a configuration says of an option.
 *
 * @param texts one text, or those of a list
 * @param exact whether these are the values themselves; otherwise there is one text, written as on
 *     a line of config/plugins, with commas between the entries of a list
 */
public record OptionValue(List<String> texts, boolean exact) {
    /** Keeps the texts as they are now. */
    public OptionValue {
        texts = List.copyOf(texts);
    }

    /** One text, written as on a line. */
    public static OptionValue written(String text) {
        return new OptionValue(List.of(text), false);
    }
}
