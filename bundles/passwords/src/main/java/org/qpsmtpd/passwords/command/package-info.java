/** The program that makes entries for files of passwords. */
@NullMarked
package org.qpsmtpd.passwords.command;

import org.jspecify.annotations.NullMarked;
