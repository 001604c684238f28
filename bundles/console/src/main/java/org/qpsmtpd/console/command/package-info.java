/**
 * The commands of the console. Each is a {@link org.qpsmtpd.console.command.Command}, and becomes a
 * Gogo function by itself, since a name such as {@code check-config} is no name of a method.
 */
@NullMarked
package org.qpsmtpd.console.command;

import org.jspecify.annotations.NullMarked;
