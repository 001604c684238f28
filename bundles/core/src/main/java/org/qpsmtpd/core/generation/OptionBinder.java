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
public final class OptionBinder {
    private static final String LOGLEVEL = "loglevel";
    private static final String ON_ERROR = "on_error";
    private static final String DEADLINE = "deadline";
    private static final List<String> CORES = List.of(LOGLEVEL, ON_ERROR, DEADLINE);
    private static final int LONGEST_DEADLINE = 3600;

    private final Map<String, AttributeDefinition> attributes;
    private final List<String> positional;
    private final PathOptions paths;

    /** The names of options as they are declared, by their {@link OptionWords#key}. */
    private final Map<String, String> names = new HashMap<>();

    /**
     * What a line says.
     *
     * @param remarks what of it was left out, a sentence for the administrator each
     */
    public record Options(
            Map<String, Object> values, PluginSettings settings, List<String> remarks) {
        /** Whether a flag is set, or another option has a value. */
        public boolean has(String name) {
            Object value = values.get(name);
            return value != null && !value.equals(false) && !value.equals("");
        }
    }

    /**
     * @param attributes the plugin's own options by key
     * @param properties further keys that take any text
     * @param positional keys of words given by position
     */
    public OptionBinder(
            Map<String, AttributeDefinition> attributes,
            Set<String> properties,
            List<String> positional) {
        this(attributes, properties, positional, PathOptions.NONE);
    }

    /**
     * @param paths which of the options hold a path
     */
    OptionBinder(
            Map<String, AttributeDefinition> attributes,
            Set<String> properties,
            List<String> positional,
            PathOptions paths) {
        this.attributes = attributes;
        this.positional = positional;
        this.paths = paths;
        attributes.keySet().forEach(id -> names.putIfAbsent(OptionWords.key(id), id));
        properties.forEach(id -> names.putIfAbsent(OptionWords.key(id), id));
        CORES.forEach(id -> names.putIfAbsent(id, id));
    }

    /**
     * Reads what stands on a line behind the plugin's name.
     *
     * @param arguments as they are written
     */
    public Options bind(String arguments) throws PluginFault {
        if (takesText()) {
            Map<String, List<OptionValue>> given = new LinkedHashMap<>();
            if (!arguments.isEmpty()) {
                add(given, OptionWords.withoutRest(positional.get(0)), exact(arguments));
            }
            return options(given, List.of());
        }
        OptionWords words = new OptionWords(names, this::isFlag, this::isNumber, positional);
        words.sort(arguments);
        return options(words.given(), words.remarks());
    }

    private boolean isFlag(String name) {
        AttributeDefinition attribute = attributes.get(name);
        return attribute != null
                && attribute.getCardinality() == 0
                && attribute.getType() == AttributeDefinition.BOOLEAN;
    }

    private boolean isNumber(String name) {
        AttributeDefinition attribute = attributes.get(name);
        return attribute != null
                && attribute.getType() != AttributeDefinition.BOOLEAN
                && attribute.getType() != AttributeDefinition.STRING;
    }

    /** Reads options that are all given by name. */
    Options bindNamed(Map<String, OptionValue> named) throws PluginFault {
        Map<String, List<OptionValue>> given = new LinkedHashMap<>();
        for (Map.Entry<String, OptionValue> option : named.entrySet()) {
            add(given, name(option.getKey()), option.getValue());
        }
        return options(given, List.of());
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
        AttributeDefinition attribute = attributes.get(OptionWords.withoutRest(first));
        return OptionWords.takesRest(first) && attribute != null && attribute.getCardinality() == 0;
    }

    /** The declared name of the option that a word names. */
    private String name(String word) throws PluginFault {
        String name = names.get(OptionWords.key(word));
        if (name == null) {
            throw new PluginFault(unknown(word));
        }
        return name;
    }

    private Options options(Map<String, List<OptionValue>> given, List<String> remarks)
            throws PluginFault {
        Map<String, Object> values = new LinkedHashMap<>();
        LevelSetting level = LevelSetting.UNCHANGED;
        boolean skip = false;
        int deadline = 0;
        for (Map.Entry<String, List<OptionValue>> option : given.entrySet()) {
            String key = option.getKey();
            AttributeDefinition attribute = attributes.get(key);
            if (attribute != null) {
                Object value = value(key, option.getValue(), attribute);
                values.put(key, value instanceof String text ? paths.resolved(key, text) : value);
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
        return new Options(values, new PluginSettings(level, skip, deadline), remarks);
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
        // Declarative Services makes the numbers and flags of an array out of text.
        String[] texts = new String[entries.size()];
        for (int at = 0; at < texts.length; at++) {
            Object value = typed(key, entries.get(at), attribute);
            texts[at] = value instanceof String text ? text : entries.get(at);
        }
        return texts;
    }

    private static Object typed(String key, String text, AttributeDefinition attribute)
            throws PluginFault {
        Object value =
                switch (attribute.getType()) {
                    case AttributeDefinition.BOOLEAN -> flag(key, text);
                    case AttributeDefinition.INTEGER, AttributeDefinition.LONG -> number(key, text);
                    case AttributeDefinition.DOUBLE, AttributeDefinition.FLOAT ->
                            decimal(key, text);
                    default -> declared(text, attribute);
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

    /** One of the texts that an option may have, as it is declared, whatever its letter case. */
    private static String declared(String text, AttributeDefinition attribute) {
        String @Nullable [] options = attribute.getOptionValues();
        for (String option : options == null ? new String[0] : options) {
            if (option.equalsIgnoreCase(text)) {
                return option;
            }
        }
        return text;
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
                Spelling.nearest(OptionWords.key(word), names.keySet())
                        .map(key -> ", did you mean '" + names.get(key) + "'?")
                        .orElse(", it takes " + String.join(", ", new TreeSet<>(names.values())));
        return "unknown option '" + word + "'" + hint;
    }
}
