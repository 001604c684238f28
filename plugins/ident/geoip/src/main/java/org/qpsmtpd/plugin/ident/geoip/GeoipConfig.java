package org.qpsmtpd.plugin.ident.geoip;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

@ObjectClassDefinition(
        name = "ident/geoip",
        description = "Tells in which country, city and network a client is.")
@interface GeoipConfig {
    @AttributeDefinition(description = "Folder with the files GeoLite2-*.mmdb.")
    String db__dir() default "/usr/local/share/GeoIP";

    @AttributeDefinition(
            description = "Address of this server, from which the distance of a client is taken.",
            required = false)
    String distance() default "";

    @AttributeDefinition(
            description = "Kilometres from which on a client loses karma; 0 for never.",
            min = "0",
            max = "40000")
    int too__far() default 0;

    @AttributeDefinition(description = "Whether each message gets the fields X-GeoIP-*.")
    boolean add__headers() default true;

    @AttributeDefinition(
            description = "Countries whose clients are refused, of two letters each (ISO 3166).",
            required = false)
    String[] deny__country() default {};

    @AttributeDefinition(
            description = "Autonomous systems whose clients are refused, such as AS64500.",
            required = false)
    String[] deny__asn() default {};

    @AttributeDefinition(
            description =
                    "What clients get while the file is missing that says whether they are to be"
                            + " refused.",
            options = {
                @Option(label = "defer", value = "defer"),
                @Option(label = "skip", value = "skip")
            })
    String on__error() default "defer";
}
