package org.qpsmtpd.core.generation;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.osgi.service.metatype.AttributeDefinition;

/** An option as metatype declares it. */
public record Attribute(String id, int type, int cardinality, List<String> allowed)
        implements AttributeDefinition {
    @Override
    public String getName() {
        return id;
    }

    @Override
    public String getID() {
        return id;
    }

    @Override
    public String getDescription() {
        return id;
    }

    @Override
    public int getCardinality() {
        return cardinality;
    }

    @Override
    public int getType() {
        return type;
    }

    @Override
    public String @Nullable [] getOptionValues() {
        return allowed.isEmpty() ? null : allowed.toArray(new String[0]);
    }

    @Override
    public String @Nullable [] getOptionLabels() {
        return getOptionValues();
    }

    @Override
    public @Nullable String validate(String value) {
        boolean good = allowed.isEmpty() || allowed.contains(value);
        return good ? "" : "not an option";
    }

    @Override
    public String @Nullable [] getDefaultValue() {
        return null;
    }
}
