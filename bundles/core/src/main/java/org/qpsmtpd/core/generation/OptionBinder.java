package org.qpsmtpd.core.generation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.osgi.service.metatype.AttributeDefinition;
import org.qpsmtpd.core.chain.PluginFault;
import org.qpsmtpd.core.chain.PluginSettings;
import org.qpsmtpd.core.config.Spelling;
import org.qpsmtpd.core.gate.OptionValue;
import org.qpsmtpd.core.log.LevelSetting;

/**
 * Turns the words behind a plugin's name into its options, checked against what the plugin
 * declares: the attributes of its metatype, the properties of its component ({@code reject}, {@code
 * reject_type}), and the settings that the core keeps for every plugin: {@code loglevel}, {@code
 * on_error} and {@code deadline}. Letter case does not matter in the name of an option, nor does
 * {@code -} for {@code _}.
 *
 * <p>The entries of a list stand in one word with commas between them, or the option is given again
 * for each; a text with blanks, or an entry with a comma, stands in quotation marks, see {@link
 * Words}.
 */
final class OptionBinder {
    private static final String REST = "...";
    private static final String LOGLEVEL = "loglevel";
    private static final String ON_ERROR = "on_error";
    private static final String DEADLINE = "deadline";
    private static final List<String> CORES = List.of(LOGLEVEL, ON_ERROR, DEADLINE);
    private static final int LONGEST_DEADLINE = 3600;

    private final Map<String, AttributeDefinition> attributes;
    private final List<String> positional;

    /** The names of options as they are declared, by their {@link #key}. */
    private final Map<String, String> names = new HashMap<>();

    /** What a line says. */
    record Options(Map<String, Object> values, PluginSettings settings) {}

    /**
     * @param attributes the plugin's own options by key
     * @param properties further keys that take any text
     * @param positional keys of words given by position
     */
    OptionBinder(
            Map<String, AttributeDefinition> attributes,
            Set<String> properties,
            List<String> positional) {
        this.attributes = attributes;
        this.positional = positional;
        attributes.keySet().forEach(id -> names.putIfAbsent(key(id), id));
        properties.forEach(id -> names.putIfAbsent(key(id), id));
        CORES.forEach(id -> names.putIfAbsent(id, id));
    }

    /**
     * Reads what stands on a line behind the plugin's name.
     *
     * @param arguments as they are written
     */
    Options bind(String arguments) throws PluginFault {
        Map<String, List<OptionValue>> given = new LinkedHashMap<>();
        if (takesText()) {
            if (!arguments.isEmpty()) {
                add(given, withoutRest(positional.get(0)), exact(arguments));
            }
            return options(given);
        }
        List<String> words = Words.split(arguments);
        int next = byPosition(words, given);
        while (next < words.size()) {
            String name = name(words.get(next));
            if (next + 1 == words.size()) {
                throw new PluginFault("option '" + words.get(next) + "' has no value");
            }
            add(given, name, OptionValue.written(words.get(next + 1)));
            next += 2;
        }
        return options(given);
    }

    /** Reads options that are all given by name. */
    Options bindNamed(Map<String, OptionValue> named) throws PluginFault {
        Map<String, List<OptionValue>> given = new LinkedHashMap<>();
        for (Map.Entry<String, OptionValue> option : named.entrySet()) {
            add(given, name(option.getKey()), option.getValue());
        }
        return options(given);
    }

    private static void add(Map<String, List<OptionValue>> given, String name, OptionValue value) {
        given.computeIfAbsent(name, key -> new ArrayList<>()).add(value);
    }

    private static OptionValue exact(String text) {
        return new OptionValue(List.of(text), true);
    }

    /** Whether a single option that is no list takes all that stands on a line. */
    private boolean takesText() {
        String first = positional.isEmpty() ? "" : positional.get(0);
        AttributeDefinition attribute = attributes.get(withoutRest(first));
        return first.endsWith(REST) && attribute != null && attribute.getCardinality() == 0;
    }

    private static String withoutRest(String declared) {
        return declared.endsWith(REST)
                ? declared.substring(0, declared.length() - REST.length())
                : declared;
    }

    private int byPosition(List<String> words, Map<String, List<OptionValue>> given) {
        int next = 0;
        for (String declared : positional) {
            boolean rest = declared.endsWith(REST);
            boolean everything = rest && declared.equals(positional.get(0));
            while (next < words.size() && (everything || !startsPair(words, next))) {
                add(given, withoutRest(declared), OptionValue.written(words.get(next)));
                next++;
                if (!rest) {
                    break;
                }
            }
        }
        return next;
    }

    private boolean startsPair(List<String> words, int at) {
        return at + 1 < words.size() && names.containsKey(key(words.get(at)));
    }

    private static String key(String word) {
        return word.toLowerCase(Locale.ROOT).replace('-', '_');
    }

    /** The declared name of the option that a word names. */
    private String name(String word) throws PluginFault {
        String name = names.get(key(word));
        if (name == null) {
            throw new PluginFault(unknown(word));
        }
        return name;
    }

    private Options options(Map<String, List<OptionValue>> given) throws PluginFault {
        Map<String, Object> values = new LinkedHashMap<>();
        LevelSetting level = LevelSetting.UNCHANGED;
        boolean skip = false;
        int deadline = 0;
        for (Map.Entry<String, List<OptionValue>> option : given.entrySet()) {
            String key = option.getKey();
            AttributeDefinition attribute = attributes.get(key);
            if (attribute != null) {
                values.put(key, value(key, option.getValue(), attribute));
                continue;
            }
            String text = single(key, option.getValue());
            switch (key) {
                case LOGLEVEL -> level = level(text);
                case ON_ERROR -> skip = skips(text);
                case DEADLINE -> deadline = deadline(text);
                default -> values.put(key, text);
            }
        }
        return new Options(values, new PluginSettings(level, skip, deadline));
    }

    private static LevelSetting level(String text) throws PluginFault {
        try {
            return LevelSetting.parse(text);
        } catch (IllegalArgumentException e) {
            throw new PluginFault(String.valueOf(e.getMessage()));
        }
    }

    private static boolean skips(String text) throws PluginFault {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "skip" -> true;
            case "defer" -> false;
            default -> throw new PluginFault("on_error '" + text + "' is not one of defer, skip");
        };
    }

    private static int deadline(String text) throws PluginFault {
        long seconds = (Long) number(DEADLINE, text);
        if (seconds < 1 || seconds > LONGEST_DEADLINE) {
            throw new PluginFault(
                    "option 'deadline': '"
                            + text
                            + "' is not a number of seconds from 1 to "
                            + LONGEST_DEADLINE);
        }
        return (int) seconds;
    }

    private static String single(String key, List<OptionValue> given) throws PluginFault {
        if (given.size() > 1) {
            throw new PluginFault("option '" + key + "' is given more than once");
        }
        OptionValue value = given.get(0);
        if (value.texts().size() != 1) {
            throw new PluginFault("option '" + key + "' takes one value and no list");
        }
        String text = value.texts().get(0);
        return value.exact() ? text : Words.plain(text);
    }

    private static Object value(String key, List<OptionValue> given, AttributeDefinition attribute)
            throws PluginFault {
        if (attribute.getCardinality() == 0) {
            return typed(key, single(key, given), attribute);
        }
        List<String> entries = new ArrayList<>();
        for (OptionValue value : given) {
            for (String text : value.texts()) {
                entries.addAll(value.exact() ? List.of(text) : Words.entries(text));
            }
        }
        for (String entry : entries) {
            var unused = typed(key, entry, attribute);
        }
        // Declarative Services makes the numbers and flags of an array out of text.
        return entries.toArray(new String[0]);
    }

    private static Object typed(String key, String text, AttributeDefinition attribute)
            throws PluginFault {
        Object value =
                switch (attribute.getType()) {
                    case AttributeDefinition.BOOLEAN -> flag(key, text);
                    case AttributeDefinition.INTEGER, AttributeDefinition.LONG -> number(key, text);
                    case AttributeDefinition.DOUBLE, AttributeDefinition.FLOAT ->
                            decimal(key, text);
                    default -> text;
                };
        String fault = attribute.validate(value.toString());
        if (fault != null && !fault.isEmpty()) {
            throw new PluginFault(
                    "option '"
                            + key
                            + "': '"
                            + text
                            + "' is not allowed"
                            + allowed(attribute, fault));
        }
        return attribute.getType() == AttributeDefinition.INTEGER ? fitting(key, text) : value;
    }

    private static String allowed(AttributeDefinition attribute, String fault) {
        String @Nullable [] options = attribute.getOptionValues();
        return options == null || options.length == 0
                ? " (" + fault + ")"
                : ", use one of " + String.join(", ", options);
    }

    private static Object flag(String key, String text) throws PluginFault {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "1", "true", "yes", "on" -> true;
            case "0", "false", "no", "off" -> false;
            default -> throw new PluginFault("option '" + key + "': '" + text + "' is not 0 or 1");
        };
    }

    private static Object number(String key, String text) throws PluginFault {
        try {
            return Long.valueOf(text);
        } catch (NumberFormatException e) {
            throw new PluginFault("option '" + key + "': '" + text + "' is not a whole number");
        }
    }

    private static Object fitting(String key, String text) throws PluginFault {
        try {
            return Integer.valueOf(text);
        } catch (NumberFormatException e) {
            throw new PluginFault("option '" + key + "': '" + text + "' is too large");
        }
    }

    private static Object decimal(String key, String text) throws PluginFault {
        try {
            return Double.valueOf(text);
        } catch (NumberFormatException e) {
            throw new PluginFault("option '" + key + "': '" + text + "' is not a number");
        }
    }

    private String unknown(String word) {
        String hint =
                Spelling.nearest(key(word), names.keySet())
                        .map(key -> ", did you mean '" + names.get(key) + "'?")
                        .orElse(", it takes " + String.join(", ", new TreeSet<>(names.values())));
        return "unknown option '" + word + "'" + hint;
    }
}
