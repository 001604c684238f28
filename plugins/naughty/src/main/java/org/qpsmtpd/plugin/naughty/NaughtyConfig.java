package org.qpsmtpd.plugin.naughty;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

@ObjectClassDefinition(
        name = "naughty",
        description = "Refuses connections that other plugins marked.")
@interface NaughtyConfig {
    @AttributeDefinition(
            description = "The phase in which it refuses; in data_post at the latest.",
            options = {
                @Option(label = "connect", value = "connect"),
                @Option(label = "mail", value = "mail"),
                @Option(label = "rcpt", value = "rcpt"),
                @Option(label = "data", value = "data"),
                @Option(label = "data_post", value = "data_post")
            })
    String reject() default "rcpt";

    @AttributeDefinition(
            description =
                    "How it refuses when the plugin that marked the connection did not say: perm,"
                            + " temp, disconnect or temp_disconnect.")
    String reject__type() default "disconnect";
}
