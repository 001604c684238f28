package org.qpsmtpd.plugin.auth.authldapbind;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

@ObjectClassDefinition(
        name = "auth/auth_ldap_bind",
        description = "Has an LDAP directory tell whether a password is right.")
@interface AuthLdapBindConfig {
    @AttributeDefinition(
            description = "DN below which users are looked for. Empty: that of the file ldap.",
            required = false)
    String ldap__base() default "";

    @AttributeDefinition(
            description =
                    "The directory's host. Empty: that of the file ldap, or else 127.0.0.1. Not"
                            + " with servers.",
            required = false)
    String ldap__host() default "";

    @AttributeDefinition(
            description = "Its port. Empty: that of the file ldap, or else 389.",
            required = false)
    String ldap__port() default "";

    @AttributeDefinition(
            description =
                    "Seconds for a connection, and for each answer, 1 to 60. Empty: those of the"
                            + " file ldap, or else 5.",
            required = false)
    String ldap__timeout() default "";

    @AttributeDefinition(
            description =
                    "Attribute that has the local part of a user's name. Empty: that of the file"
                            + " ldap, or else uid. Not with filter.",
            required = false)
    String ldap__auth__filter__attr() default "";

    @AttributeDefinition(
            description =
                    "The directory's servers, such as ldaps://ldap.example.org; the first that"
                            + " answers is asked. Empty: that of ldap_host and ldap_port.",
            required = false)
    String[] servers() default {};

    @AttributeDefinition(
            description =
                    "Filter of a user's entry; %s is the name, %u its local part, %d its domain,"
                            + " all in lower case. Empty: by ldap_auth_filter_attr.",
            required = false)
    String filter() default "";

    @AttributeDefinition(
            description = "DN to bind as for the search; empty for nobody.",
            required = false)
    String bind__dn() default "";

    @AttributeDefinition(
            description = "File with the password of bind_dn on its first line.",
            required = false)
    String password__file() default "";

    @AttributeDefinition(description = "Whether servers of ldap:// must start TLS.")
    boolean starttls() default false;

    @AttributeDefinition(
            description =
                    "PEM file with the authorities that are trusted; empty for those of the JDK.",
            required = false)
    String caFile() default "";

    @AttributeDefinition(
            description =
                    "DN that the password of an unknown user is tried with, so that it takes as"
                            + " long. Empty: one that is not there.",
            required = false)
    String decoy__dn() default "";

    @AttributeDefinition(
            description =
                    "Checks at a time, each with a thread, and connections of each of two kinds"
                            + " that are kept.",
            min = "1",
            max = "1000")
    int connections() default 100;

    @AttributeDefinition(
            description = "What attempts get that the directory cannot judge.",
            options = {
                @Option(label = "defer", value = "defer"),
                @Option(label = "pass", value = "pass"),
                @Option(label = "skip", value = "skip")
            })
    String on__error() default "defer";
}
