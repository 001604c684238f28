package org.qpsmtpd.core.chain;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.osgi.service.metatype.AttributeDefinition;
import org.qpsmtpd.core.config.Spelling;
import org.qpsmtpd.core.log.LevelSetting;

/**
 * Turns the words behind a plugin's name into its options, checked against what the plugin
 * declares: the attributes of its metatype, the properties of its component ({@code reject}, {@code
 * reject_type}), and the settings that the core keeps for every plugin: {@code loglevel}, {@code
 * on_error} and {@code deadline}.
 */
final class OptionBinder {
    private static final String REST = "...";
    private static final String LOGLEVEL = "loglevel";
    private static final String ON_ERROR = "on_error";
    private static final String DEADLINE = "deadline";
    private static final int LONGEST_DEADLINE = 3600;

    private final Map<String, AttributeDefinition> attributes;
    private final Set<String> properties;
    private final List<String> positional;

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
        this.properties = properties;
        this.positional = positional;
    }

    /** Reads the words of a line. */
    Options bind(List<String> words) throws PluginFault {
        Map<String, List<String>> given = new LinkedHashMap<>();
        int next = byPosition(words, given);
        while (next < words.size()) {
            String name = key(words.get(next));
            if (!isKnown(name)) {
                throw new PluginFault(unknown(words.get(next)));
            }
            if (next + 1 == words.size()) {
                throw new PluginFault("option '" + words.get(next) + "' has no value");
            }
            given.computeIfAbsent(name, key -> new ArrayList<>()).add(words.get(next + 1));
            next += 2;
        }
        return options(given);
    }

    /** Reads options that are all given by name. */
    Options bindNamed(Map<String, List<String>> given) throws PluginFault {
        for (String name : given.keySet()) {
            if (!isKnown(name)) {
                throw new PluginFault(unknown(name));
            }
        }
        return options(given);
    }

    private int byPosition(List<String> words, Map<String, List<String>> given) {
        int next = 0;
        for (String declared : positional) {
            boolean rest = declared.endsWith(REST);
            String name =
                    rest ? declared.substring(0, declared.length() - REST.length()) : declared;
            boolean everything = rest && declared.equals(positional.get(0));
            while (next < words.size() && (everything || !startsPair(words, next))) {
                given.computeIfAbsent(name, key -> new ArrayList<>()).add(words.get(next));
                next++;
                if (!rest) {
                    break;
                }
            }
        }
        return next;
    }

    private boolean startsPair(List<String> words, int at) {
        return at + 1 < words.size() && isKnown(key(words.get(at)));
    }

    private static String key(String word) {
        return word.toLowerCase(Locale.ROOT).replace('-', '_');
    }

    private boolean isKnown(String key) {
        return key.equals(LOGLEVEL)
                || key.equals(ON_ERROR)
                || key.equals(DEADLINE)
                || attributes.containsKey(key)
                || properties.contains(key);
    }

    private Options options(Map<String, List<String>> given) throws PluginFault {
        Map<String, Object> values = new LinkedHashMap<>();
        LevelSetting level = LevelSetting.UNCHANGED;
        boolean skip = false;
        int deadline = 0;
        for (Map.Entry<String, List<String>> option : given.entrySet()) {
            String key = option.getKey();
            List<String> texts = option.getValue();
            AttributeDefinition attribute = attributes.get(key);
            if (attribute != null) {
                values.put(key, value(key, texts, attribute));
                continue;
            }
            String text = single(key, texts);
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
        return switch (text) {
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

    private static String single(String key, List<String> texts) throws PluginFault {
        if (texts.size() > 1) {
            throw new PluginFault("option '" + key + "' is given more than once");
        }
        return texts.get(0);
    }

    private static Object value(String key, List<String> texts, AttributeDefinition attribute)
            throws PluginFault {
        List<Object> values = new ArrayList<>();
        for (String text : texts) {
            values.add(typed(key, text, attribute));
        }
        if (attribute.getCardinality() == 0) {
            single(key, texts);
            return values.get(0);
        }
        // Declarative Services makes the numbers and flags of an array out of text.
        return texts.toArray(new String[0]);
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
        Set<String> known = new TreeSet<>(attributes.keySet());
        known.addAll(properties);
        known.add(LOGLEVEL);
        known.add(ON_ERROR);
        known.add(DEADLINE);
        String hint =
                Spelling.nearest(key(word), known)
                        .map(name -> ", did you mean '" + name + "'?")
                        .orElse(", it takes " + String.join(", ", known));
        return "unknown option '" + word + "'" + hint;
    }
}
